"""What may happen to a record past the product, and which of the two checkers can see it.

The small fold of the one does not know the rules, so it cannot see what only they tell: a due date, a task, a booking.
"""

from collections.abc import Callable
from typing import NamedTuple

from tests.audit.forger import Data, Forger, digest

A, B = "case-a", "case-b"
Fault = Callable[[Forger], None]


class Planted(NamedTuple):
    """A fault, what the product's audit says of it, and what the checker says; nothing where it cannot see it."""

    fault: Fault
    audit: str
    checker: str


def a_changed_event(forger: Forger) -> None:
    forger.say(A, forger.seq(A, "audit.report"), verdict="fail")


def a_dropped_event(forger: Forger) -> None:
    forger.do("DELETE FROM events WHERE (case_id, seq) = (?, 5)", A)


def a_swapped_pair(forger: Forger) -> None:
    for now, then in ((5, 1005), (6, 5), (1005, 6)):
        forger.do("UPDATE events SET seq = ? WHERE (case_id, seq) = (?, ?)", then, A, now)


def a_tail_hashed_again(forger: Forger) -> None:
    forger.say(A, forger.seq(A, "audit.report"), verdict="fail")
    forger.replace(forger.events(A))


def a_changed_content(forger: Forger) -> None:
    name = next(event["data"]["content"] for event in forger.events(B) if event["kind"] == "note.add")
    forger.do("UPDATE contents SET body = ? WHERE sha256 = ?", '{"text": "y"}', name)


def a_lost_content(forger: Forger) -> None:
    forger.do("DELETE FROM contents WHERE sha256 = ?", forger.events(A)[0]["data"]["content"])


def a_lost_turn(forger: Forger) -> None:
    forger.do("DELETE FROM turns WHERE (case_id, turn) = (?, 4)", A)


def a_changed_turn(forger: Forger) -> None:
    """A timer's turn becomes that of another message, whose event stays."""
    alarm = "json_extract(message, '$.kind') = 'alarm'"
    forger.do(f"UPDATE turns SET message = json_set(message, '$.name', 'x') WHERE case_id = ? AND {alarm}", A)  # noqa: S608


def a_changed_due_date_in_the_state(forger: Forger) -> None:
    def change(state: Data) -> None:
        state["deadlines"][-1]["due_on"] = "2030-01-01"

    forger.state(A, change)


def a_changed_status(forger: Forger) -> None:
    forger.state(A, lambda state: state.update(status="suspended"))
    forger.do("UPDATE cases SET status = 'suspended' WHERE id = ?", A)


def a_changed_task(forger: Forger) -> None:
    forger.do("UPDATE tasks SET due_on = '2030-01-01' WHERE case_id = ?", A)


def a_lost_booking(forger: Forger) -> None:
    forger.do("DELETE FROM bookings WHERE person = 'person-leader'")


def an_invented_past_due_date(forger: Forger) -> None:
    forger.do("INSERT INTO past_deadlines (case_id, id, turn, body) VALUES (?, 'x', 1, '{}')", A)


def a_changed_certificate_date(forger: Forger) -> None:
    forger.do("UPDATE certificates SET valid_until = '2039-12-31' WHERE case_id = ?", A)


def a_changed_status_history(forger: Forger) -> None:
    forger.do("UPDATE certificate_changes SET \"on\" = '2025-01-01'")


def a_number_given_twice(forger: Forger) -> None:
    """The register no longer minds, and the second case tells of the first one's number throughout."""
    [[first], [second]] = (
        [row["number"] for row in forger.rows("SELECT number FROM certificates WHERE case_id = ?", case)]
        for case in (A, B)
    )
    forger.sql.execute("CREATE TABLE copied AS SELECT * FROM certificates")
    forger.sql.execute("DROP TABLE certificates")
    forger.sql.execute("ALTER TABLE copied RENAME TO certificates")
    forger.do("UPDATE certificates SET number = ? WHERE case_id = ?", first, B)
    forger.do("UPDATE turns SET facts = replace(facts, ?, ?) WHERE case_id = ?", second, first, B)
    forger.do("UPDATE cases SET state = replace(state, ?, ?) WHERE id = ?", second, first, B)
    forger.do("UPDATE events SET data = replace(data, ?, ?) WHERE case_id = ?", second, first, B)
    forger.fit(B, forger.replace(forger.events(B)))


def a_changed_duty(forger: Forger) -> None:
    forger.do("UPDATE duties SET side = 'evaluation' WHERE case_id = ? AND person = 'person-decider'", A)


def a_dropped_duty(forger: Forger) -> None:
    forger.do("DELETE FROM duties WHERE case_id = ? AND person = 'person-reviewer'", A)


def a_changed_root(forger: Forger) -> None:
    forger.do("UPDATE roots SET root = ? WHERE day = '2028-01-09'", digest("x"))


def a_dropped_root(forger: Forger) -> None:
    forger.do("DELETE FROM roots WHERE day = '2028-01-09'")


def an_insertion_with_a_whole_chain(forger: Forger) -> None:
    """An event that no turn led to; chain, heads, state and row fit it."""
    events = forger.events(A)
    place = next(at for at, event in enumerate(events) if event["kind"] == "decision.make")
    inserted = events[place] | {"hash": "new", "kind": "note.add", "data": {"task": None}}
    forger.fit(A, forger.replace([*events[:place], inserted, *events[place:]]))


def an_event_taken_out_with_a_whole_chain(forger: Forger) -> None:
    events = forger.events(A)
    moved = forger.replace([*events[:8], *events[9:]])
    forger.fit(A, moved | {events[8]["hash"]: moved[events[7]["hash"]]})


def a_past_written_anew(forger: Forger) -> None:
    """As if the last note had said something else from the beginning: only a root of before can tell."""
    body = '{"text": "y"}'
    events = forger.events(B)
    old, new = events[-1]["data"]["content"], digest({"text": "y"})
    forger.do("UPDATE contents SET sha256 = ?, body = ? WHERE sha256 = ?", new, body, old)
    forger.do("UPDATE turns SET facts = replace(facts, ?, ?) WHERE case_id = ?", old, new, B)
    events[-1]["data"]["content"] = new
    forger.fit(B, forger.replace(events))


PLANTED = [
    Planted(a_changed_event, "event 12/data/verdict is fail, and should be pass", "event 12 says something else"),
    Planted(a_dropped_event, "the chain is broken at event 5", "the event after 4 is 6"),
    Planted(a_swapped_pair, "the chain is broken at event 5", "event 5 does not name the event before it"),
    Planted(a_tail_hashed_again, "event 12/data/verdict is fail", "the head of turn 12 is not that of"),
    Planted(a_changed_content, "is not what was sent", "is not what was sent"),
    Planted(a_lost_content, "event 1 names the content", "is missing"),
    Planted(a_lost_turn, "turn 4 is missing", "turn 4 is missing"),
    Planted(a_changed_turn, "turn 19 cannot be worked on again", ""),
    Planted(a_changed_due_date_in_the_state, "state/deadlines/25/due_on is 2030-01-01", ""),
    Planted(a_changed_status, "state/status is suspended, and should be certified", "its state says suspended"),
    Planted(a_changed_task, "/due_on is 2030-01-01, and should be 2028-01-13", ""),
    Planted(a_lost_booking, "bookings/audit-3 person-leader is missing", ""),
    Planted(an_invented_past_due_date, "past_deadlines/x is there, but nothing led to it", ""),
    Planted(
        a_changed_certificate_date,
        "/valid_until is 2039-12-31, and should be 2029-03-01",
        "'valid_until': '2039-12-31'}, its events come to",
    ),
    Planted(a_changed_status_history, "certificate_changes/SXJP-DEMO-2026-00001 0/on is 2025-01-01", ""),
    Planted(
        a_number_given_twice,
        "the number SXJP-DEMO-2026-00001 was also given to case-b",
        "the number SXJP-DEMO-2026-00001 belongs to case-a, case-b",
    ),
    Planted(
        a_changed_duty,
        "duties/person-decider/side is evaluation, and should be judgement",
        "person-decider has a duty of evaluation that nothing led to",
    ),
    Planted(a_dropped_duty, "duties/person-reviewer is missing", "person-reviewer served on the side of judgement"),
    Planted(
        a_changed_root, "root of the root of 2028-01-09 is", "the root of 2028-01-09 is not what its heads come to"
    ),
    Planted(
        a_dropped_root, "previous of the root of 2028-01-10 is", "the root of 2028-01-10 is not what its heads come to"
    ),
    Planted(
        an_insertion_with_a_whole_chain,
        "event 14 is note.add, and should be decision.make",
        "the root of 2028-01-08 knows another event 27",
    ),
    Planted(
        an_event_taken_out_with_a_whole_chain,
        "event 9 is audit.credit",
        "the root of 2028-01-08 knows another event 27",
    ),
    Planted(
        a_past_written_anew,
        "the root of 2028-01-10 holds another event 16 of the case case-b",
        "the root of 2028-01-10 knows another event 16",
    ),
]
"""What was done, and who finds it."""
