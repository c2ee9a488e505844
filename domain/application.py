"""An application for certification (R:7/7.2.1): what an applicant hands in, checked field by field."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from domain.model import Input
from domain.prose import PROSE, Prose

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Ident = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
FileId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]
DocumentLetter = Literal["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
Evidence = Annotated[list[FileId] | Annotated[str, StringConstraints(max_length=4000)], PROSE]
"""What shows something: stored files, or a description of it."""

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_LENGTH = 18


def uscc_check_character(body: str) -> str:
    """The 18th character of a unified social credit code from its first 17 (GB 32100-2015, mod 31)."""
    total = sum(_USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return _USCC_ALPHABET[(31 - total % 31) % 31]


def _uscc(value: str) -> str:
    if len(value) != _USCC_LENGTH or any(char not in _USCC_ALPHABET for char in value):
        raise ValueError("a unified social credit code has 18 characters of GB 32100's alphabet")
    if uscc_check_character(value[:-1]) != value[-1]:
        raise ValueError("the code's check character does not fit (GB 32100-2015)")
    return value


Uscc = Annotated[str, AfterValidator(_uscc)]


class Ref(Input):
    """A pack by its id and version."""

    id: Ident
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.]{1,16}$")]


class Contact(Input):
    """The person the body writes to."""

    name: Name
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+() -]{5,32}$")]
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")]


def postal_address(city: str, address: str) -> str:
    """Write an address with its city, unless it names the city itself."""
    return address if city.removesuffix("市") in address else f"{city} {address}"


class Organization(Input):
    """The organization that applies."""

    name: Name
    uscc: Uscc
    legal_representative: Name
    address: Name
    city: Name
    headcount: int = Field(ge=1, le=10_000_000)
    contact: Contact


class Service(Input):
    """The service to be certified; its category names the trade of a special rule."""

    name: Name
    description: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    category: Ident


class Site(Input):
    """One place where the service is delivered; `central` marks the central function."""

    id: Ident
    name: Name
    address: Name
    city: Name
    headcount: int = Field(ge=0, le=10_000_000)
    central: bool = False


class Document(Input):
    """One of the documents a to j: a stored file, or the reason why it does not apply."""

    kind: DocumentLetter
    file_id: FileId | None = None
    not_applicable: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.file_id is None) == (self.not_applicable is None):
            raise ValueError("a document has either file_id or not_applicable")
        return self


class Declarations(Input):
    """The two commitments of R:7/7.2.1g-h: no serious breach of trust, no serious complaint in three years."""

    credit: bool
    complaints: bool


class Application(Input):
    """The application as the organization handed it in."""

    scheme: Ref
    special_rule: Ref | None = None
    organization: Organization
    service: Service
    sites: list[Site] = Field(min_length=1, max_length=500)
    documents: list[Document] = Field(default_factory=list, max_length=200)
    declarations: Declarations

    @field_validator("sites")
    @classmethod
    def _sites_are_distinct(cls, sites: list[Site]) -> list[Site]:
        if len({site.id for site in sites}) < len(sites):
            raise ValueError("two sites have the same id")
        return sites

    @property
    def headcount_in_scope(self) -> int:
        """People in scope: the sum of the sites' headcounts (R:11/10.1)."""
        return sum(site.headcount for site in self.sites)


class NewCase(Application):
    """The body of `POST /cases`: an applicant chooses `body`, a manager names the `applicant` account.

    `wave` is the annual batch it joins, while that is open.
    """

    body: Ident | None = None
    applicant: Ident | None = None
    wave: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$")] | None = None


class Supplement(Input):
    """The answer to `application.supplement` and `documents.correct`."""

    documents: list[Document] = Field(default_factory=list, max_length=200)
    note: Prose = ""
