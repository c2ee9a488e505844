"""What the reference knows of a case, before and after an event."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

Data = dict[str, Any]
A_DAY = timedelta(days=1)
RUNS = ("valid", "suspended", "upcoming")
"""What a certificate is until it ends."""


def months_after(day: date, months: int) -> date:
    """The corresponding day, else the month's last (Civil Code 201, 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass
class Certificate:
    """One certificate: its days and what it is worth."""

    begins: date
    ends: date
    status: str


@dataclass
class Suspension:
    """Since when, until when by each decision that suspends and on which grounds, and whether that has passed."""

    since: date
    until: dict[str, date]
    grounds: dict[str, set[str]]
    over: bool = False

    @property
    def ends(self) -> date:
        """The earliest end wins."""
        return min(self.until.values())


Print = dict[str, Any]
"""What a certificate says, part by part; a site that is no more says none."""


@dataclass
class Proposal:
    """What is to change, after which audit, and whether its client stands by it."""

    kind: str
    says: Print
    audit: str | None = None
    confirmed: bool = True


@dataclass
class Ruling:
    """A decision against the client: about what, what came before it, and whether it suspends or ended the case."""

    audit: str
    before: "Known"
    refused: dict[str, Proposal]
    suspends: bool
    ended: bool


@dataclass
class Known:
    """What the rules make of a record so far."""

    audits: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Audit → the kind and the id of the one it repeats, or its own; told from outside."""
    open: set[str] = field(default_factory=set)
    """The audits under way; told from outside, and nothing else is."""
    status: str = "open"
    certificates: list[Certificate] = field(default_factory=list)
    suspension: Suspension | None = None
    surveillance: date | None = None
    apply: date | None = None
    years: set[int] = field(default_factory=set)
    on_site: dict[str, date] = field(default_factory=dict)
    """Renewal, or its re-audit → the day by which it closes."""
    reaudits: dict[str, date] = field(default_factory=dict)
    """The failed audit → the day by which its re-audit begins."""
    over: bool = False
    renewing: bool = False
    converted: bool = False
    granted_on: date = date.min
    closings: dict[str, date] = field(default_factory=dict)
    """Audit, or the one it repeats → its last day."""
    reports: dict[str, Data] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    under_way: set[str] = field(default_factory=set)
    """Surveillances held, or failed by their documents, that nobody has decided on."""
    returned: list[str] = field(default_factory=list)
    """The audits whose documents were returned, in order."""
    requests: dict[str, list[str]] = field(default_factory=dict)
    """Suspension that was asked for → on which grounds."""
    withdrawals: list[list[str]] = field(default_factory=list)
    """The grounds of each withdrawal that was requested, in order."""
    said_so: dict[str, int] = field(default_factory=dict)
    """Withdrawal → how many decision makers have said so."""
    months: int = 12
    """How many months apart surveillances are."""
    printed: Print = field(default_factory=dict)
    """What is certified, as far as it has changed."""
    renewed: Print | None = None
    """What a renewal is to certify, from its application until it does."""
    proposals: dict[str, Proposal] = field(default_factory=dict)
    """Change of what is certified → what it proposes."""
    rulings: dict[str, Ruling] = field(default_factory=dict)
    """Task → the decision that answered it."""
    appeals: list[str] = field(default_factory=list)
    """Against which decision each appeal is, in order."""

    @property
    def running(self) -> Certificate | None:
        """The certificate in force."""
        return next((one for one in reversed(self.certificates) if one.status in ("valid", "suspended")), None)

    @property
    def last_day(self) -> date:
        """The last day of certification, the renewed one's where it is renewed already."""
        return max(one.ends for one in self.certificates if one.status in RUNS)

    def _end(self, status: str) -> None:
        self.status, self.suspension, self.over = status, None, True
