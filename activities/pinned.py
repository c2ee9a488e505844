"""The packs that a case is pinned to, as they were when it was pinned, whatever their files say today."""

import json
from typing import TypeVar

from sqlmodel import Session

from domain.pack import Scheme
from domain.refusal import Refused
from domain.state import CaseState
from domain.trade_pack import SpecialRule, Standard
from records.store import insert_or_ignore
from records.tables import PackRow
from services.schemes import Library, Packs

Pack = TypeVar("Pack", Scheme, SpecialRule, Standard)


class PinnedPacks:
    """Holds the scheme library; what differs from it lies in the record under its digest."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def of(self, session: Session, state: CaseState) -> Packs:
        """Give a case's packs as it was pinned to them.

        Raises:
            Refused: `unavailable`, where one is neither installed nor in the record.
        """
        rules = state.rules
        try:
            packs = self._library.packs_of(state)
        except KeyError as missing:
            if rules is None or (scheme := _kept(session, rules.digest, Scheme)) is None:
                raise _not_installed(missing) from missing
            if "audit.checklist" in rules.evaluations:
                return Packs(scheme, _kept(session, rules.trade_digest, Standard))
            return Packs(scheme, _kept(session, rules.trade_digest, SpecialRule))
        if rules is None:
            return packs
        scheme = self._as_pinned(session, packs.scheme, rules.digest)
        if isinstance(packs.trade, Standard):
            return Packs(scheme, self._as_pinned(session, packs.trade, rules.trade_digest))
        return Packs(scheme, packs.trade and self._as_pinned(session, packs.trade, rules.trade_digest))

    def _as_pinned(self, session: Session, pack: Pack, digest: str) -> Pack:
        if digest in ("", self._library.digest_of(pack)):
            return pack
        return _kept(session, digest, type(pack)) or pack


def keep(session: Session, packs: Packs) -> None:
    """Keep packs that a case is being pinned to."""
    for pack in packs:
        if pack is not None:
            row = {"digest": pack.digest, "body": json.dumps(pack.model_dump(mode="json"), ensure_ascii=False)}
            session.execute(insert_or_ignore(session, PackRow).values(**row).on_conflict_do_nothing())


def _kept(session: Session, digest: str, model: type[Pack]) -> Pack | None:
    row = session.get(PackRow, digest)
    return model.read(json.loads(row.body)) if row else None


def _not_installed(missing: KeyError) -> Refused:
    return Refused(
        "unavailable", "案件所依据的规则包未安装", f"The case rests on a pack that is not installed: {missing}."
    )
