"""What people might do unasked in a case, any of it picked by a number; whether it is taken is the rules' to say."""

from datetime import date, timedelta

from tests.walks.people import PERHAPS, Data, Dice, Move, Snapshot

SAID = {"reason": "x"}


def act(case: Snapshot, today: date, number: int, files: dict[str, str]) -> Move:
    """An act nobody asked for."""
    dice = Dice(number)
    if case["stage"] == "closed":
        return _appeal(dice)
    kinds = [_about_the_programme, _about_the_scope, _about_the_scope, _about_people, _about_incidents, _watched]
    kinds += [_about_the_programme] * (6 if case["suspension"] else 2)
    if dice.chance(PERHAPS):
        kinds = [_against_the_client]
    if dice.chance(2):
        return Move("applicant", dice.one_of(("case.withdraw", "withdrawal.request")), SAID)
    move: Move = dice.one_of(kinds)(case, today, dice, files)
    return move


def _appeal(dice: Dice) -> Move:
    about = dice.one_of(("decision.make", "suspension.decide", "withdrawal.decide", "the decision"))
    return Move("applicant", "appeal.file", {"about": about, **SAID})


def _about_the_programme(case: Snapshot, today: date, dice: Dice, files: dict[str, str]) -> Move:
    if case["suspension"]:
        return _while_suspended(case, today, dice)
    return dice.one_of(
        [
            Move("manager", "audit.start", {"audit_kind": "surveillance", **SAID}),
            Move(
                "manager",
                "surveillance.postpone",
                {"until": _after("surveillance", case, today, dice), "evidence": [files["manager"]], **SAID},
            ),
            Move("manager", "edition.change", {"outcome": "keep", **SAID}),
        ]
    )


def _while_suspended(case: Snapshot, today: date, dice: Dice) -> Move:
    longer = Move("manager", "suspension.extend", {"until": _after("suspension.end", case, today, dice), **SAID})
    return dice.one_of(
        [
            *(longer, longer, longer),  # often refused: after a failed surveillance, and beyond the certificate
            Move("applicant", "restoration.request", SAID),
            Move("manager", "restoration.request", {**SAID, "leader": "auditor"}),
        ]
    )


def _after(kind: str, case: Snapshot, today: date, dice: Dice) -> str:
    """A day some time after what is due."""
    due = [one["due_on"] for one in case["deadlines"] if (one["kind"], one["state"]) == (kind, "running")]
    return str(date.fromisoformat(due[0] if due else str(today)) + timedelta(days=1 + dice.below(100)))


def _about_the_scope(case: Snapshot, today: date, dice: Dice, _: dict[str, str]) -> Move:
    """Whatever is to read otherwise reads as nothing has before."""
    new, sites = f"{today}-{dice.below(1000)}", case["sites"]
    open_ones = [one["id"] for one in case["audits"] if one["stage"] in ("planning", "document_review")]
    together = {"combined_with": dice.one_of(open_ones)} if open_ones and dice.chance(70) else {}
    another = {"id": f"n{new}", "name": "新店", "address": "x", "city": "太原", "headcount": 20, "central": False}
    changes: dict[str, Data] = {
        "people": {},
        "methods": {},
        "certificate": dice.one_of(
            [
                {"organization": case["organization"] | {"name": f"晋韵{new}"}},
                {"service": case["service"] | {"description": new}},
            ]
        ),
        "sites": {"sites": [*sites[:-1], sites[-1] | {"address": new}]},
    }
    kind = dice.one_of(sorted(changes))
    return dice.one_of(
        [
            Move("applicant", "change.request", {"changes": [kind], **changes[kind]}),
            Move(dice.one_of(("applicant", "manager")), "scope.extend", {"sites": [another], **together}),
            Move(dice.one_of(("applicant", "manager")), "scope.reduce", {"sites": _fewer(sites), **together}),
        ]
    )


def _fewer(sites: list[Data]) -> list[str]:
    return [one["id"] for one in sites][:-1]


def _about_people(case: Snapshot, today: date, dice: Dice, _: dict[str, str]) -> Move:
    planned = [one for one in case["audits"] if one["plan"] and one["stage"] != "closed"]
    team = [member["user"] for audit in planned for member in audit["plan"]["team"]] or ["auditor"]
    leaders = [member["user"] for audit in planned for member in audit["plan"]["team"] if member["role"] == "leader"]
    found = [{"id": one["id"], "headcount": dice.one_of((20, 41, 45))} for one in case["sites"][:2]]
    own = {"organization": case["organization"]["uscc"]}
    once = {"since": str(today - timedelta(days=715)), "relation": "consultancy"}
    return dice.one_of(
        [
            Move("leader", "note.add", {"text": "x"}),
            Move(
                "manager", "team.replace", {"from": dice.one_of(team), "to": dice.one_of(("visitor", "leader")), **SAID}
            ),
            Move(dice.one_of(leaders or ["leader"]), "headcount.correct", {"sites": found}),
            Move("visitor" if dice.chance(50) else "auditor", "conflict.declare", {**own, **once}),
        ]
    )


def _about_incidents(_: Snapshot, today: date, dice: Dice, __: dict[str, str]) -> Move:
    by, trigger = dice.one_of((("manager", "abcdef"), ("ops", "abcdef"), ("applicant", "b")))
    return Move(by, "incident.report", {"trigger": dice.one_of(trigger), "description": "x", "on": str(today)})


def _watched(_: Snapshot, today: date, dice: Dice, __: dict[str, str]) -> Move:
    wrong = {"correct": False, "due_on": str(today + timedelta(days=5 + dice.below(60)))}
    used = {"correct": True} if dice.chance(50) else wrong
    return dice.one_of(
        [
            Move("manager", "mark_use.record", {"use": "x", **used}),
            Move(dice.one_of(("applicant", "manager", "ops")), "complaint.file", {"about": "x", **SAID}),
            _appeal(dice),
        ]
    )


def _against_the_client(_: Snapshot, __: date, dice: Dice, ___: dict[str, str]) -> Move:
    return dice.one_of(
        [
            Move("manager", "suspension.request", {"grounds": [dice.one_of("abdefghik")], **SAID}),
            Move("applicant", "suspension.request", {"grounds": ["j"], **SAID}),
            Move("manager", "withdrawal.request", {"grounds": [dice.one_of("abbbcdefgi")], **SAID}),
        ]
    )
