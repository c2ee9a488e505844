"""Applications for tests: complete and plausible, each organization with a code of its own."""

import itertools
from typing import Any

from domain.application import uscc_check_character
from tests.product import Person

_numbers = itertools.count(1)

NEEDED = "abcdeghi"


def uscc(number: int) -> str:
    """A valid unified social credit code."""
    body = f"91140100MA0{number:06d}"
    return body + uscc_check_character(body)


def a_site(site_id: str, name: str, city: str, headcount: int, *, central: bool = False) -> dict[str, Any]:
    """One site of an application."""
    return {
        "id": site_id,
        "name": name,
        "address": f"{city}市古城街{headcount}号",
        "city": city,
        "headcount": headcount,
        "central": central,
    }


async def an_application(person: Person, *, documents: str = NEEDED, **changes: Any) -> dict[str, Any]:
    """An application of one hotel with three sites; `documents` names the kinds that are handed in."""
    number = next(_numbers)
    files = [{"kind": kind, "file_id": await person.upload(f"{kind}.pdf")} for kind in documents]
    return {
        "body": "demo",
        "scheme": {"id": "service", "version": "1.0"},
        "special_rule": {"id": "example-heritage-hotel", "version": "1.0"},
        "organization": {
            "name": f"晋韵酒店管理有限公司{number}",
            "uscc": uscc(number),
            "legal_representative": "王晋",
            "address": "太原市迎泽大街1号",
            "city": "太原",
            "headcount": 120,
            "contact": {"name": "安申请", "phone": "0351-1234567", "email": "applicant@example.org"},
        },
        "service": {"name": "文化主题酒店住宿服务", "description": "住宿与文化体验", "category": "accommodation"},
        "sites": [
            a_site("s1", "总部", "太原", 60, central=True),
            a_site("s2", "平遥店", "晋中", 30),
            a_site("s3", "大同店", "大同", 30),
        ],
        "documents": files,
        "declarations": {"credit": True, "complaints": True},
        **changes,
    }
