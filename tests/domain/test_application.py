"""What an application must be before anybody looks at it: R:7/7.2.1, GB 32100-2015 for the organization's code."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.application import Application, Document, Organization, Ref, Site, postal_address, uscc_check_character

ORGANIZATION: dict[str, Any] = {
    "name": "晋韵酒店",
    "legal_representative": "王晋",
    "address": "太原市迎泽大街1号",
    "city": "太原",
    "headcount": 120,
    "contact": {"name": "安", "phone": "0351-1234567", "email": "a@example.org"},
}


def a_site(site: str, headcount: int) -> dict[str, Any]:
    return {"id": site, "name": "x", "address": "x", "city": "x", "headcount": headcount}


def an_application(*sites: dict[str, Any]) -> Application:
    body = {
        "scheme": {"id": "service", "version": "1.0"},
        "organization": ORGANIZATION | {"uscc": "911400001100123453"},
        "service": {"name": "x", "description": "x", "category": "accommodation"},
        "sites": list(sites),
        "declarations": {"credit": True, "complaints": True},
    }
    return Application.model_validate(body)


def said(code: str) -> str:
    with pytest.raises(ValidationError) as refused:
        Organization.model_validate(ORGANIZATION | {"uscc": code})
    assert [found["loc"] for found in refused.value.errors()] == [("uscc",)]
    return refused.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("body", "last"),
    [
        # 9x1 + 1x3 + 1x9 + 4x27 + 0, 0, 0, 0 + 1x20 + 1x29 + 0, 0 + 1x8 + 2x24 + 3x10 + 4x30 + 5x28 is 524,
        # 28 more than 16x31; 31 less 28 is 3.
        ("91140000110012345", "3"),
        # Only the first place counts, once: 31 less 1 is 30, the last of the alphabet; 31 less 0 is 31, read as 0.
        ("10000000000000000", "Y"),
        ("00000000000000000", "0"),
        # The second place counts three times, the seventeenth 28 times.
        ("01000000000000000", "W"),
        ("00000000000000001", "3"),
        # I, O, S, V and Z are left out of the alphabet: J is 18 and Y is 30.
        ("J0000000000000000", "D"),
        ("Y0000000000000000", "1"),
    ],
)
def test_the_check_character_is_the_standards(body: str, last: str) -> None:
    assert uscc_check_character(body) == last


def test_a_code_has_eighteen_characters_of_the_alphabet_and_its_check_character() -> None:
    assert Organization.model_validate(ORGANIZATION | {"uscc": "911400001100123453"}).uscc == "911400001100123453"
    form = "Value error, a unified social credit code has 18 characters of GB 32100's alphabet"
    assert said("91140000110012345") == form
    assert said("9114000011001234530") == form
    assert said("9114000011001234I3") == form
    assert said("911400001100123454") == "Value error, the code's check character does not fit (GB 32100-2015)"


def test_people_in_scope_are_those_of_all_sites() -> None:
    """R:11/10.1."""
    assert an_application(a_site("s1", 60), a_site("s2", 39), a_site("s3", 0)).headcount_in_scope == 99


def test_sites_are_told_apart_by_their_ids() -> None:
    with pytest.raises(ValidationError, match="two sites have the same id"):
        an_application(a_site("s1", 1), a_site("s2", 1), a_site("s1", 2))


@pytest.mark.parametrize("headcount", [-1, 10_000_001])
def test_a_sites_headcount_is_a_number_of_people(headcount: int) -> None:
    with pytest.raises(ValidationError):
        Site.model_validate(a_site("s1", headcount))


@pytest.mark.parametrize("said", [{}, {"file_id": "f", "not_applicable": "why"}])
def test_a_document_is_a_file_or_a_reason_and_not_both(said: dict[str, str]) -> None:
    """R:7/7.2.1a-j."""
    with pytest.raises(ValidationError, match="a document has either file_id or not_applicable"):
        Document.model_validate({"kind": "a"} | said)


@pytest.mark.parametrize("said", [{"file_id": "f"}, {"not_applicable": "why"}])
def test_either_of_them_is_enough(said: dict[str, str]) -> None:
    """R:7/7.2.1a-j."""
    assert Document.model_validate({"kind": "a"} | said).model_dump(exclude_none=True) == {"kind": "a"} | said


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Ref.model_validate({"id": "service", "version": "1.0", "edition": "2"})


@pytest.mark.parametrize(
    ("city", "address", "printed"),
    [
        ("太原", "太原市迎泽大街1号", "太原市迎泽大街1号"),
        ("太原市", "山西省太原市迎泽大街1号", "山西省太原市迎泽大街1号"),
        ("太原市", "山西太原迎泽大街1号", "山西太原迎泽大街1号"),
        ("晋中", "平遥县古城南大街7号", "晋中 平遥县古城南大街7号"),
        ("晋中市", "平遥县古城南大街7号", "晋中市 平遥县古城南大街7号"),
    ],
)
def test_an_address_is_printed_with_its_city_once(city: str, address: str, printed: str) -> None:
    assert postal_address(city, address) == printed
