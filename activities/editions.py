"""Editions of the rules: which one an application is pinned to, and what another would change in a case (R:9/8.1)."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

from sqlmodel import Session

from activities.pinned import PinnedPacks
from activities.scores import CREDIT, Known, faults, judged, on_record
from domain.acts import EditionChange
from domain.application import NewCase, Ref
from domain.audit import Audit
from domain.editions import EDITION, NewEdition
from domain.redate import moved_by
from domain.refusal import Fault, Refused
from domain.results import Results
from domain.rules import Rules
from domain.state import CaseState, Message
from services.schemes import Library, Packs, pack_key


class Editions:
    """Holds the scheme library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def of_application(self, handed_in: NewCase, body: str, on: date) -> tuple[Packs, Rules]:
        """The packs and rules that an application is pinned to, the body's own rules of the day among them (R:2).

        What is certified says which: a service (R:1), a product or a farm product (G:1, G:3.1).

        Raises:
            Refused: `invalid`, where a pack is not installed, does not fit or is not in force yet.
        """
        found = self._rules(handed_in.scheme, handed_in.special_rule, handed_in.service.category, body, on)
        self._refuse_before_valid(handed_in.scheme, on)
        return found

    def for_message(self, state: CaseState, message: Message, on: date) -> tuple[Packs, NewEdition] | None:
        """The other edition that a message is about, or that has become due; none for every other message.

        Raises:
            Refused: `invalid`, where a pack that is proposed or approved is not installed, does not fit or is not in
                force by then. One that is merely due and cannot be had leaves the case under its own.
        """
        planned = state.edition
        if planned is None:
            return self._proposed(state, message, on) if message.name == "edition.change" else None
        if any(task.id == message.task and task.subject == EDITION for task in state.tasks):
            approves = planned.outcome != "keep" and json.loads(message.content).get("outcome") == "approve"
            return self._other(state, planned.scheme, planned.special_rule, on) if approves else None
        with suppress(Refused):
            return self._other(state, planned.scheme, planned.special_rule, on) if planned.is_due(on) else None
        return None

    def _proposed(self, state: CaseState, message: Message, on: date) -> tuple[Packs, NewEdition]:
        answer = EditionChange.model_validate_json(message.content)
        found = self._other(state, answer.scheme, answer.special_rule, on)
        if answer.outcome != "keep":
            self._refuse_before_valid(found[1].scheme, answer.on or on)
        return found

    def _other(
        self, state: CaseState, scheme: Ref | None, special_rule: Ref | None, on: date
    ) -> tuple[Packs, NewEdition]:
        """Another edition for a case: what is not named stays, but for the body's own rules of the day."""
        application = state.application
        if application is None or state.scheme is None:
            raise RuntimeError("a case has its packs from its application on")
        scheme, trade = scheme or state.scheme, special_rule or state.special_rule
        if scheme.id != state.scheme.id:
            raise _invalid("/scheme", f"the case is certified by {state.scheme.id}")
        packs, rules = self._rules(scheme, trade, application.service.category, state.body, on)
        return packs, NewEdition(scheme=scheme, special_rule=trade, rules=rules)

    def trial(
        self, session: Session, state: CaseState, scheme: Ref | None, trade: Ref | None, on: date
    ) -> dict[str, Any]:
        """What another edition would change in a case: verdicts of its audits, and running due dates, old and new."""
        packs, new = self._other(state, scheme, trade, on)
        calendar = state.calendar
        moved = moved_by(new.rules, state.deadlines, calendar, on) if calendar else []
        before = {one.id: one for one in state.deadlines}
        return {
            "from": _named(state.scheme, state.special_rule, state.rules),
            "to": _named(new.scheme, new.special_rule, new.rules),
            "kept": new.name in state.kept,
            "planned": state.edition and state.edition.model_dump(mode="json", exclude={"by"}),
            "verdicts": [*self._verdicts(session, state, packs, new.rules)],
            "deadlines": [
                {"id": one.id, "kind": one.kind, "old": before[one.id].due_on, "new": one.due_on} for one in moved
            ],
        }

    def _verdicts(self, session: Session, state: CaseState, packs: Packs, rules: Rules) -> Iterator[dict[str, Any]]:
        """Audits, open ones or else the last, that would have another verdict or reason, or could not be scored."""
        own = PinnedPacks(self._library).of(session, state)
        pinned = state.rules.readings if state.rules else {}
        scored = [audit for audit in state.audits if CREDIT in audit.given]
        for audit in [one for one in scored if one.stage != "closed"] or scored[-1:]:
            known = on_record(session, state, audit, own)
            if not all(known.texts.values()):
                continue
            on = audit.given[CREDIT].on
            before = judged(own, audit, known, on, pinned)
            after = None if [*_faults(audit, packs, known)] else judged(packs, audit, known, on, rules.readings)
            if _said(before) != _said(after):
                yield {"audit_id": audit.id, "old": _said(before), "new": _said(after)}

    def _refuse_before_valid(self, scheme: Ref, on: date) -> None:
        valid_from = self._library.scheme(scheme.id, scheme.version).valid_from
        if on < valid_from:
            raise _invalid("/scheme", f"in force from {valid_from} on")

    def _rules(self, scheme: Ref, trade: Ref | None, category: str, body: str, on: date) -> tuple[Packs, Rules]:
        try:
            self._library.scheme(scheme.id, scheme.version)
        except KeyError as error:
            raise _invalid("/scheme", "no such scheme") from error
        house = self._library.house_rules_of(body, scheme.id, on)
        try:
            packs = self._library.packs(
                pack_key(scheme), pack_key(trade) if trade else None, pack_key(house) if house else None
            )
        except KeyError as error:
            raise _invalid("/special_rule", "no such special rule or standard") from error
        if packs.trade and packs.trade.scheme != scheme.id:
            raise _invalid("/special_rule", f"{packs.trade.id} belongs to the scheme {packs.trade.scheme}")
        if packs.trade and packs.trade.trade != category:
            raise _invalid("/service/category", f"{packs.trade.id} is for the trade {packs.trade.trade}")
        rules = packs.scheme.rules(house.readings if house else None)
        pinned = {"trade_digest": packs.trade.digest if packs.trade else ""}
        if house:
            pinned["house_rules"] = f"{house.id}/{house.version}"
        return packs, rules.model_copy(update=pinned)


def _faults(audit: Audit, packs: Packs, known: Known) -> Iterator[str]:
    """The sheets handed in that have faults under other packs."""
    return (kind for kind in packs.scheme.evaluations if known.texts[kind] and faults(packs, audit, kind, known))


def _said(results: Results | None) -> dict[str, Any] | None:
    """A verdict with its reasons; none where a sheet cannot be scored as it is."""
    return None if results is None else {"verdict": results.verdict, "failed_conditions": results.failed_conditions}


def _named(scheme: Ref | None, trade: Ref | None, rules: Rules | None) -> dict[str, Any]:
    return {
        "scheme": scheme and scheme.model_dump(),
        "special_rule": trade and trade.model_dump(),
        "house_rules": rules.house_rules if rules else "",
        "digest": rules.digest if rules else "",
    }


def _invalid(pointer: str, detail: str) -> Refused:
    fault = Fault(pointer=pointer, detail=detail)
    return Refused("invalid", "内容不符合要求", "The content is not valid.", faults=[fault])
