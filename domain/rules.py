"""What a case needs of its scheme pack to run: limits, tables and ladders, pinned at its application."""

from typing import Annotated, Final, Literal

from pydantic import Field

from domain.grounds import Grounds
from domain.model import Record, Text
from domain.pack_parts import ChangeKind

Unit = Literal["working_days", "days", "months"]
Lapse = Literal["escalate", "rejected", "terminated", "audit_failed", "taken_as_agreed", "noted"]
"""What happens when nobody answered in time: the body's work escalates and never ends a case."""


TEN_YEARS: Final = 3660


Days = Annotated[int, Field(le=TEN_YEARS)]
Months = Annotated[int, Field(le=120)]
Years = Annotated[int, Field(le=10)]
"""Lengths that a date can always be counted by."""


class Limit(Record):
    """A length of time from a rule, e.g. 10 working days; no rule gives anybody more than ten years of days."""

    amount: int = Field(ge=0, le=TEN_YEARS)
    unit: Unit


class Wait(Record):
    """One thing that somebody is asked for: whom, for how long, under which clause."""

    kind: str
    """The task kind of the API, for instance `application.review`."""
    role: str
    """An account role (`case_manager`, `applicant`, `reviewer`, `decision_maker`, `ops`) or a relation to the
    case (`leader`, `visitor`)."""
    clause: str
    title: Text
    limit: Limit | None = None
    reminders: list[Days] = Field(default_factory=list)
    """Days before the due date on which the asked person is reminded; 0 is the day itself."""
    lapse: Lapse = "escalate"
    lapse_after_initial: Lapse | None = None
    """What happens instead in every audit but the initial one, where that differs (`documents.correct`)."""
    roles_by_subject: dict[str, str] = Field(default_factory=dict)
    """The role asked where it depends on the subject (`approval.give`); `role` for every other subject."""


class PersonDayBand(Record):
    """One column pair of R:11 table 1: from `people_from` (inclusive) people in scope."""

    people_from: int
    initial: int
    surveillance: int


class Mode(Record):
    """One way to evaluate the characteristics of a service (R:7/7.4.4)."""

    id: str
    title: Text


class Planning(Record):
    """R:7/7.3, R:7/7.4.4 and R:11: person-days, sampling, ways to evaluate, turns of the team."""

    person_days: list[PersonDayBand]
    increase_percent: int
    """At most this much above the table (30)."""
    grid: str
    """Smallest step of a body's person-days, as a decimal string (`"0.5"`)."""
    sampling: dict[str, str]
    """Factor of √n by audit kind, as a decimal string (`{"initial": "1", "surveillance": "0.6", …}`)."""
    random_share: str
    """Mandatory sites never push random ones below this share of the computed n (`"1/4"`)."""
    modes: list[Mode] = Field(default_factory=list)
    """What a plan may name; none: whatever it names."""
    rotation: int | None = None
    """The same person leads or audits an organization in at most so many programme audits in a row; none: no limit."""


class Cycle(Record):
    """R:7/7.3.3, 6.4.6, 6.5, 6.6: the lengths of a certification cycle, in the units of their names."""

    validity_years: Years
    surveillances: int
    surveillance_months: Months
    surveillance_extended_months: Months
    surveillance_plan_opens_days: Days
    reaudit_days: Days
    late_entry_days: Days
    rectification_latest_days: Days
    recertification_opens_days: Days
    recertification_apply_months: Months
    certificate_issue_working_days: Days
    credit_valid_days: Days
    suspension_days: Days
    suspension_months: Months
    contract_latest_days: Days
    advertising_days: Days = 30
    """R:8/7.3.3 sets no length for changing the advertising after a reduction."""
    higher_frequency_months: Months = 6
    """How often a surveillance is due where that was decided to be more often (R:7/6.5.1)."""


class Rules(Record):
    """All a running case carries of its scheme: a case keeps these even when the pack is corrected later."""

    scheme: str
    edition: str
    digest: str
    """SHA-256 of the pack's canonical form, hexadecimal."""
    trade_digest: str = ""
    """The same of the special rule or standard; empty for none."""
    waits: dict[str, Wait]
    planning: Planning
    cycle: Cycle
    reminders: list[int]
    """The ladder for long dates (surveillance, recertification): days before the due date."""
    reminding: Literal["plain", "whole"] = "plain"
    """`whole`: on working days, to everybody concerned, and of every date that is missed. A case from before that
    goes on as its history has it."""
    needs_a_file: str = "abcdeghi"
    """Letters of the documents without whose file no application is complete (R:7/7.2.1); a case from before they
    were pinned has those that R prints."""
    errata: dict[str, list[str]] = Field(default_factory=dict)
    """Moment of a case → the errata on whose chosen reading it rests from then on."""
    readings: dict[str, str] = Field(default_factory=dict)
    """Erratum → the reading this case is pinned to; the pack's own where it is not named."""
    house_rules: str = ""
    """The body's own rules that lie over the pack, `<id>/<version>`; empty for none."""
    evaluations: list[str] = Field(default_factory=lambda: ["audit.management", "audit.characteristics"])
    """The task kinds in which the team hands in what the verdict is computed from; the first holds what may not
    apply."""
    grounds: Grounds | None = None
    """What may lead to a special audit, a suspension, a withdrawal, and who may bring it."""
    changes: list[ChangeKind] = Field(default_factory=list)
    """What the client applies for before it changes it."""
    origins: dict[str, str] = Field(default_factory=dict)
    """JSON pointer into the pack → whose the value is: a trade pack's, a body's (R:2), or borrowed of a scheme."""
