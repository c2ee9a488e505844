"""What people hand in: the data of `demo/data`, varied by a seed."""

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import yaml

from demo.papers import paper_pdf
from domain.application import uscc_check_character

Json = dict[str, Any]

DATA: Final = Path(__file__).parent / "data"
STEP: Final = Decimal("0.05")
"""The grid of points, of the scheme and of the special rule alike."""
DOCUMENTS: Final = "abcdefghij"
SUPPLEMENTED: Final = "c"
"""The document that is missing at first."""
FAILED: Final = "initial"
"""The audit whose scores fail."""
PARTLY: Final = "部分满足"

_CODE_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ELEVEN: Final = 11


class Material:
    """Everything one run hands in; the same seed gives the same data."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._organization = _load("organization")
        self._documents = _load("documents")
        self._visits = _load("visits")
        self._rows: list[Json] = _load("scores")
        self._characteristics = _load("characteristics")

    # The application

    @cached_property
    def sites(self) -> list[Json]:
        """The sites, each headcount up to a tenth above or below what is printed."""
        return [self._site(site, site["headcount"] // 10) for site in self._organization["sites"]]

    @property
    def headcount(self) -> int:
        """People in scope."""
        return sum(site["headcount"] for site in self.sites)

    @cached_property
    def organization(self) -> Json:
        """The organization, with a code and a headcount of this seed."""
        return {**self._organization["organization"], "uscc": uscc(self.seed), "headcount": self.headcount}

    def application(self, files: dict[str, str]) -> Json:
        """An application with these documents (kind → file id), as the certification body gets it (R:7/7.2.1)."""
        return {
            "scheme": {"id": "service", "version": "1.0"},
            "special_rule": {"id": "example-heritage-hotel", "version": "1.0"},
            "organization": self.organization,
            "service": self._organization["service"],
            "sites": self.sites,
            "documents": [{"kind": kind, "file_id": file} for kind, file in files.items()],
            "declarations": {"credit": True, "complaints": True},
        }

    @property
    def changes(self) -> list[str]:
        """What has changed when the client applies to renew (R:7/6.6.1)."""
        return list(self._organization["changes"])

    def contract(self, on: date, file: str) -> Json:
        """The contract, signed on a day (R:7/7.2.2)."""
        contract = self._organization["contract"]
        number = f"{contract['number']}-{self.seed}"
        return {"contract_number": number, "signed_on": str(on), "fee_total": contract["fee"], "file_id": file}

    def paper(self, name: str) -> tuple[str, bytes]:
        """A document of the application by its letter, or another paper by its name: file name and PDF."""
        found = self._documents["application"].get(name) or self._documents["papers"][name]
        of = self.organization
        facts = {"name": of["name"], "uscc": of["uscc"], "headcount": self.headcount}
        lines = [line.format(**facts, legal=of["legal_representative"]) for line in found["lines"]]
        return f"{name}-{found['title']}.pdf", paper_pdf(found["title"], of["name"], lines)

    # An audit

    def said(self, what: str) -> Any:  # noqa: ANN401  # a text or a mapping of texts
        """What people write down beside the scores."""
        return self._visits[what]

    def plan(self, audit: str, planned_from: date) -> Json:
        """The plan of an audit from a day on (R:7/7.3.1); the first one has a mystery visit."""
        planned = self._visits["audits"][audit]
        hidden = audit == FAILED
        team = [{"user": "leader", "role": "leader"}, {"user": "auditor", "role": "auditor"}]
        return {
            "objective": planned["objective"],
            "basis": self._visits["basis"],
            "team": team + ([{"user": "visitor", "role": "visitor"}] if hidden else []),
            "person_days": planned["person_days"],
            "reason": planned["reason"],
            "modes": self._visits["modes"] + (["mystery_visit"] if hidden else []),
            "sites": {"risk_basis": self._visits["risk_basis"]},
            "planned_from": str(planned_from),
            "planned_to": str(planned_from + timedelta(days=planned["days"] - 1)),
        }

    def meeting(self, which: str, on: date) -> Json:
        """The `opening` or `closing` meeting on a day."""
        return {"on": str(on), "attendees": self._organization["attendees"][which]}

    def summary(self, audit: str) -> str:
        """What the leader reports of an audit."""
        return str(self._visits["audits"][audit]["summary"])

    def contents(self, audit: str) -> Json:
        """What a surveillance concludes on (R:7/6.5.2 a-f), a recertification on a-c of R:7/6.6.1 as well."""
        given = {"items": _conclusions(self._visits["contents"][audit])}
        return given | ({"renewal": _conclusions(self._visits["renewal"])} if audit == "recertification" else {})

    def credit(self, today: date, file: str) -> Json:
        """A clean credit check: one minor complaint, long settled (R:7/7.4.5)."""
        entry = {**self._visits["credit_entry"], "on": str(today - timedelta(days=400))}
        return {"listed": False, "entries": [entry], "evidence": [file]}

    def management(self, audit: str, sites: list[str]) -> Json:
        """The 41 rows and the findings of an audit at the visited sites (R:7/7.4.3)."""
        findings = self._characteristics["audits"][audit]["findings"]
        scores = [self._row(audit, row) for row in self._rows]
        return {"scores": scores, "findings": [_placed(finding, sites) for finding in findings]}

    def characteristics(self, audit: str, sites: list[str]) -> Json:
        """The special rule's items and the deductions of an audit at the visited sites (R:7/7.4.4)."""
        measured = self._characteristics["items"]
        deductions = [_placed(one, sites) for one in self._characteristics["audits"][audit]["deductions"]]
        return {
            "items": [{"id": item, "remark": remark} for item, remark in measured.items()],
            "deductions": [one | {"points": self._points(one["points"], audit, one["item"])} for one in deductions],
            "modes_used": self._visits["modes"],
        }

    def rectified(self, finding: Json, file: str, note: str = "") -> Json:
        """What was done about a finding, with the evidence (R:7/6.4.6.1)."""
        done = self._characteristics["rectified"][finding["item"]]
        action = f"{done['action']}。{note}" if note else done["action"]
        return {"finding": finding["id"], "cause": done["cause"], "action": action, "evidence": [file]}

    def _site(self, site: Json, most: int) -> Json:
        people: int = site["headcount"] + self._draw("people", site["id"]).randint(-most, most)
        return {**site, "headcount": people}

    def _row(self, audit: str, row: Json) -> Json:
        if "carry" in row and audit.startswith("surveillance"):
            return {"row": row["row"], "carried": True, "reason": self._visits["carried"]}
        if "not_applicable" in row:
            return {"row": row["row"], "not_applicable": True, "reason": row["not_applicable"]}
        outcome = "fail" if audit == FAILED else "pass"
        elements = [self._element(audit, *award) for award in row[outcome].items()]
        return {"row": row["row"], "elements": elements, "reason": row[f"{outcome}_remark"]}

    def _element(self, audit: str, element: str, award: str) -> Json:
        if award.startswith("x"):
            return {"id": element, "count": int(award[1:])}
        partial = {"remark": PARTLY} if "-" in award else {}
        return {"id": element, "points": self._points(award, audit, element), **partial}

    def _points(self, award: str, audit: str, what: str) -> str:
        least, _, most = award.partition("-")
        steps = int((Decimal(most or least) - Decimal(least)) / STEP)
        drawn = self._draw(audit, what).randint(0, steps)
        return format((Decimal(least) + drawn * STEP).normalize(), "f")

    def _draw(self, *what: str) -> random.Random:
        return random.Random("/".join([str(self.seed), *what]))  # noqa: S311  # variety, no secret


def uscc(seed: int) -> str:
    """A unified social credit code whose check characters fit (GB 11714, GB 32100); another seed, another code."""
    places, rest = "", seed
    for _ in range(6):
        rest, place = divmod(rest, len(_CODE_ALPHABET))
        places = _CODE_ALPHABET[place] + places
    body = f"MA{places}"
    weighed = sum(int(one, 36) * weight for one, weight in zip(body, _CODE_WEIGHTS, strict=True))
    check = (_ELEVEN - weighed % _ELEVEN) % _ELEVEN
    code = f"91140100{body}{'X' if check == _ELEVEN - 1 else check}"
    return code + uscc_check_character(code)


@cache
def _load(name: str) -> Any:  # noqa: ANN401  # YAML data
    """Data of the folder, read once: nobody changes it."""
    return yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))


def _conclusions(evidence: dict[str, str]) -> Json:
    return {letter: {"conclusion": "conforms", "evidence": seen} for letter, seen in evidence.items()}


def _placed(found: Json, sites: list[str]) -> Json:
    """What was found, with the visited site that its place in the list stands for."""
    return {**found, "site": sites[found["site"]]} if "site" in found else dict(found)
