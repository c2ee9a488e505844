"""R:9/8.1: the editions that were announced, and how far each holder has come with them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import and_, delete, func, insert, true
from sqlmodel import Session, col, select

from domain.answers import Decision
from domain.application import Ref
from domain.matters import Matter
from domain.model import Input
from domain.requirements import REQUIREMENTS_CHANGE, is_under
from domain.state import Actor, Announcement, CaseState, Message
from records.tables import RequirementRow, TransitionRow

MET = ("reissued", "renewed")
"""How a transition ends with a new certificate."""


def name_of(edition: Ref) -> str:
    """An edition as its rows are found by."""
    return f"{edition.id}/{edition.version}"


def announce(session: Session, edition: Ref, until: date, reason: str, by: str) -> RequirementRow:
    """Keep an announcement, unless it is known; gives what is kept. The caller commits."""
    row = session.get(RequirementRow, name_of(edition))
    if row is None:
        row = RequirementRow(
            edition=name_of(edition),
            pack=edition.id,
            version=edition.version,
            transition_until=until,
            reason=reason,
            announced_by=by,
            at=datetime.now(UTC),
        )
        session.add(row)
    return row


def for_message(
    session: Session, state: CaseState, message: Message, payload: Input | None, today: date
) -> list[Announcement]:
    """What a message lets a holder be told of: what it brings; with a grant, what is newer than its own and running."""
    if message.name == REQUIREMENTS_CHANGE:
        return [Announcement.model_validate_json(message.content)]
    if not isinstance(payload, Decision) or payload.outcome != "grant":
        return []
    packs = [one.id for one in (state.scheme, state.special_rule) if one]
    query = select(RequirementRow).where(col(RequirementRow.pack).in_(packs)).order_by(col(RequirementRow.at))
    news: dict[str, list[Announcement]] = {pack: [] for pack in packs}
    for row in session.exec(query):
        edition = Ref(id=row.pack, version=row.version)
        if is_under(state, edition):
            news[row.pack] = []  # whatever was announced before it is past for this case
        elif row.transition_until >= today:
            news[row.pack].append(Announcement(edition=edition, transition_until=row.transition_until))
    return [one for of_pack in news.values() for one in of_pack]


def write(session: Session, before: CaseState, after: CaseState) -> None:
    """Bring a case's transitions to what it knows of them. The caller commits."""
    rows = [*transition_rows(after)]
    if rows == [*transition_rows(before)]:
        return
    session.connection().execute(delete(TransitionRow).where(col(TransitionRow.case_id) == after.id))
    session.connection().execute(insert(TransitionRow), rows)


def transition_rows(state: CaseState) -> Iterator[dict[str, Any]]:
    """How far a holder has come with each announced edition."""
    for matter in state.matters:
        if matter.kind == REQUIREMENTS_CHANGE and matter.edition:
            yield {
                "case_id": state.id,
                "edition": name_of(matter.edition),
                "body": state.body,
                "taken": is_under(state, matter.edition),
                "outcome": matter.outcome,
                "lapsed": _lapsed(state, matter),
            }


def _lapsed(state: CaseState, matter: Matter) -> bool:
    missed = (one.id for one in state.deadlines if one.state == "missed")
    return any(deadline.endswith(f"-of-{matter.id}") for deadline in missed)


def listed(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Every announcement with how many holders have come how far: of the whole alliance, or of a member's own body."""
    mine = true() if "alliance" in actor.roles else col(TransitionRow.body) == actor.body
    row = col(TransitionRow.case_id)
    counts = {
        "told": func.count(row),
        "taken": func.count(row).filter(col(TransitionRow.taken)),
        "reissued": func.count(row).filter(col(TransitionRow.outcome).in_(MET)),
        "open": func.count(row).filter(col(TransitionRow.outcome) == ""),
        "lapsed": func.count(row).filter(col(TransitionRow.lapsed)),
    }
    same = and_(col(TransitionRow.edition) == col(RequirementRow.edition), mine)
    query = select(RequirementRow, *counts.values()).outerjoin(TransitionRow, same)
    found = session.execute(query.group_by(col(RequirementRow.edition)).order_by(col(RequirementRow.at)))
    return [_item(row) | dict(zip(counts, numbers, strict=True)) for row, *numbers in found]


def _item(row: RequirementRow) -> dict[str, Any]:
    return {
        "edition": {"id": row.pack, "version": row.version},
        "transition_until": str(row.transition_until),
        "reason": row.reason,
    }
