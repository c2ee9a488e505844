"""The letters of a notice: one to each of its readers, and one to the body's group chats."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from activities.once import has, keep
from domain.state import Effect
from records.tables import Account, CaseRow, NoticeRow
from services.chats import Chat, Chats
from services.notices import Notice, NoticeRefused, Notices


class Letters:
    """Holds the database, the mail server and the chats."""

    def __init__(self, engine: Engine, notices: Notices, chats: Chats, groups: Mapping[str, list[Chat]]) -> None:
        self._engine = engine
        self._notices = notices
        self._chats = chats
        self._groups = groups

    def send(self, row: CaseRow, effect: Effect) -> dict[str, str]:
        """Write to everybody whom a notice is for, each once, and to the body's chats.

        Raises:
            NoticeRefused: somebody can never be reached; everybody else was written to.
            NoticeUnavailable: the mail server is away.
            ChatUnavailable: a group chat is away.
        """
        with Session(self._engine) as session:
            to = [] if effect.digest else recipients(session, row, effect.to)
        letters = [_notice(row, effect, one) for one in to]
        refused = [reason for letter in letters if (reason := self._deliver(row, letter))]
        self._write_to_chats(row, effect)
        if refused:
            raise NoticeRefused("; ".join(refused))
        return {}

    def _write_to_chats(self, row: CaseRow, effect: Effect) -> None:
        """What is due of the body's people also stands in its chats, once; of a mystery visit nothing is due."""
        if row.rehearsal or not effect.due_on or not effect.to.startswith("role:"):
            return
        text = f"[{row.number}] {effect.subject.zh} / {effect.subject.en}\n期限 Due: {effect.due_on}"
        turn, same = effect.id.partition(".")[0], hashlib.sha256(text.encode()).hexdigest()[:16]
        for chat in self._groups.get(row.body, []):
            key = f"{row.id}.{turn}.{same}.{chat.id}"
            if not has(self._engine, NoticeRow, key):
                self._chats.send(chat, text)
                keep(self._engine, NoticeRow(id=key, case_id=row.id, recipient=chat.kind, at=datetime.now(UTC)), key)

    def _deliver(self, row: CaseRow, letter: Notice) -> str:
        """Send a letter unless it has gone out; gives why it never can, or nothing."""
        if has(self._engine, NoticeRow, letter.id):
            return ""
        try:
            self._notices.send(letter)
        except NoticeRefused as refused:
            return str(refused)
        sent = NoticeRow(id=letter.id, case_id=row.id, recipient=letter.to, at=datetime.now(UTC))
        keep(self._engine, sent, letter.id)
        return ""


def recipients(session: Session, case: CaseRow, to: str) -> list[Account]:
    """The accounts behind `applicant`, `role:<role>` (of the case's body) or `user:<account>`."""
    kind, _, name = to.partition(":")
    active = select(Account).where(col(Account.active))
    if kind == "applicant":
        return list(session.exec(active.where(Account.user == case.applicant)))
    if kind == "user":
        return list(session.exec(active.where(Account.user == name)))
    staff = session.exec(active.where(Account.body == case.body))
    return [account for account in staff if name in account.roles]


def _notice(case: CaseRow, effect: Effect, account: Account) -> Notice:
    return Notice(
        id=f"{case.id}.{effect.id}.{account.user}",
        to=account.email,
        to_name=account.name,
        subject_zh=effect.subject.zh,
        subject_en=effect.subject.en,
        body=f"{effect.body.zh}\n\n{effect.body.en}\n",
        case_number=case.number,
    )
