"""The daily digest: to each case manager all that is overdue, due and waited for, to others what asks them undated."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from sqlalchemy import Engine, func, or_
from sqlmodel import Session, col, select
from temporalio import activity

from activities.beats import beating
from activities.calendars import Calendars
from domain.dates import A_DAY, local_date
from domain.digest import Line, lines_of
from domain.quiet import Quiet
from records import queries
from records.tables import Account, CaseRow, NoticeRow, TaskRow
from services.notices import Notice, NoticeRefused, Notices

DIGEST: Final = "digest"
MOST: Final = 50
"""Lines of a section that are printed; of the rest their number."""
FIRST_LOOK_BACK: Final = 7 * A_DAY
"""How far back the first digest of a person looks for reminders; the next ones to the one before."""
AT_A_TIME: Final = 100

HEADINGS: Final = {
    "overdue": "已逾期 Overdue",
    "due": "将到期 Due",
    "mine": "待您办理 For you to do",
    "open": "待他人办理 Waiting for others",
    "surveillance": "本月监督审查 Surveillances of this month",
}
ROLES: Final = {
    "applicant": "申请人 applicant",
    "case_manager": "项目管理人员 case manager",
    "leader": "审查组长 leader",
    "visitor": "暗访人员 visitor",
    "reviewer": "复核人员 reviewer",
    "decision_maker": "决定人员 decision maker",
    "ops": "运维人员 operations",
}


class Entry(NamedTuple):
    """A line and the case it is of."""

    line: Line
    case_id: str
    case: str
    """Number and organization."""


class DigestActivities:
    """Holds the database and the mail server."""

    def __init__(self, engine: Engine, notices: Notices, public_url: str, quiet: Quiet | None = None) -> None:
        self._engine = engine
        self._notices = notices
        self._public_url = public_url
        self._quiet = quiet or Quiet()

    @activity.defn(name=DIGEST)
    def digest(self) -> str:
        """Send today's digests, each once.

        Raises:
            NoticeUnavailable: the mail server is away; the engine tries again.
        """
        with beating():
            return self.send_at(datetime.now(UTC))

    def send_at(self, now: datetime) -> str:
        """Send the digests of a day; what an outage puts off into quiet hours stands in those of the next."""
        if self._quiet.held_until(now):
            return f"{now} lies in quiet hours"
        return self.send(local_date(now))

    def send(self, today: date) -> str:
        """Send the digests of a working day; gives what was done."""
        with Session(self._engine) as session:
            if not Calendars().current(session).is_working(today):
                return f"{today} is no working day"
            accounts = list(session.exec(select(Account).where(col(Account.active), col(Account.body).is_not(None))))
        sent = 0
        for body in sorted({str(account.body) for account in accounts}):
            entries = self._entries(body, today)
            staff = [account for account in accounts if account.body == body]
            names = {account.user: account.name for account in staff}
            sent += sum(self._send_to(reader, today, shown(entries, reader), names) for reader in staff)
        return f"{sent} digests of {today}"

    def _entries(self, body: str, today: date) -> list[Entry]:
        """What all cases of a body have to say that run or still ask somebody; a rehearsed one has its own clock.

        An appeal against the decision that ended a case is a task of a closed one.
        """
        asking = col(CaseRow.id).in_(select(TaskRow.case_id))
        query = select(CaseRow).where(CaseRow.body == body, or_(col(CaseRow.stage) != "closed", asking))
        query = query.where(col(CaseRow.rehearsal).is_(False)).order_by(col(CaseRow.number))
        with Session(self._engine) as session:
            return [
                Entry(line, row.id, f"{row.number} {row.organization}")
                for row in session.exec(query).yield_per(AT_A_TIME)
                for line in lines_of(queries.state_of(row), today)
            ]

    def _send_to(self, reader: Account, today: date, entries: list[Entry], names: dict[str, str]) -> bool:
        with Session(self._engine) as session:
            before = col(NoticeRow.id).startswith(f"{DIGEST}.{reader.user}.", autoescape=True)
            last = session.exec(select(func.max(NoticeRow.at)).where(before)).one()
        since = local_date(last) if last else today - FIRST_LOOK_BACK
        found = sections(entries, reader, since)
        if not any(found.values()):
            return False
        overdue, due, mine = (len(found[name]) for name in ("overdue", "due", "mine"))
        letter = Notice(
            id=f"{DIGEST}.{reader.user}.{today}",
            to=reader.email,
            to_name=reader.name,
            subject_zh=f"{today}摘要:逾期{overdue}项,将到期{due}项,待您办理{mine}项",
            subject_en=f"Digest: {overdue} overdue, {due} due, {mine} for you",
            body=self._text(found, reader, names),
        )
        return self._send(letter, reader)

    def _text(self, found: dict[str, list[Entry]], reader: Account, names: dict[str, str]) -> str:
        parts = []
        for name, entries in found.items():
            if entries:
                lines = [self._written(one, reader, names) for one in entries[:MOST]]
                parts += [f"{HEADINGS[name]} ({len(entries)})", *lines, "…" if len(entries) > MOST else ""]
        return "\n".join([*parts, self._public_url, ""])

    def _written(self, entry: Entry, reader: Account, names: dict[str, str]) -> str:
        line = entry.line
        mine = is_for(line, reader)
        whom = "您 you" if mine else names.get(line.assignee or "", ROLES.get(line.role, line.role))
        asked = f" ({whom})" if line.role else ""
        link = f"{self._public_url}/api/v1/cases/{entry.case_id}"
        return f"- {line.on or '—'} {entry.case}: {line.title.zh} {line.title.en}{asked} {link}"

    def _send(self, letter: Notice, reader: Account) -> bool:
        """Send a digest unless it has gone out; one that never can is told to operations."""
        try:
            return self._once(letter)
        except NoticeRefused as refused:
            activity.logger.warning("a digest was refused for good", extra={"notice": letter.id})
            self._tell_operations(reader, letter.id, str(refused))
            return False

    def _tell_operations(self, reader: Account, digest: str, reason: str) -> None:
        with Session(self._engine) as session:
            staff = session.exec(select(Account).where(Account.body == reader.body, col(Account.active))).all()
        for ops in (one for one in staff if "ops" in one.roles):
            letter = Notice(
                id=f"refused.{digest}.{ops.user}",
                to=ops.email,
                to_name=ops.name,
                subject_zh=f"{reader.user}的摘要无法送达",
                subject_en=f"The digest of {reader.user} cannot be delivered",
                body=f"{reason}\n",
            )
            try:
                self._once(letter)
            except NoticeRefused:
                activity.logger.exception("nobody of operations can be told of a refused digest")

    def _once(self, letter: Notice) -> bool:
        with Session(self._engine) as session:
            if session.get(NoticeRow, letter.id):
                return False
        self._notices.send(letter)
        with Session(self._engine) as session:
            session.add(NoticeRow(id=letter.id, case_id="", recipient=letter.to, at=datetime.now(UTC)))
            session.commit()
        return True


def sections(entries: Iterable[Entry], reader: Account, since: date) -> dict[str, list[Entry]]:
    """The lines for one person by section, soonest first; due dates that are far off where they were reminded of."""
    found: dict[str, list[Entry]] = {name: [] for name in HEADINGS}
    for entry in entries:
        if (name := _section(entry.line, reader, since)) in found:
            found[name].append(entry)
    return {name: sorted(of_it, key=lambda one: one.line.on or date.max) for name, of_it in found.items()}


def _section(line: Line, reader: Account, since: date) -> str:
    if line.reminded_on and line.reminded_on > since:
        return "due"
    return "mine" if line.section == "open" and is_for(line, reader) else line.section


def shown(entries: list[Entry], reader: Account) -> list[Entry]:
    """Everything for a case manager; for others the tasks of theirs that have no limit, and so no reminders."""
    if "case_manager" in reader.roles:
        return entries
    return [one for one in entries if one.line.role and one.line.on is None and is_for(one.line, reader)]


def is_for(line: Line, reader: Account) -> bool:
    """Whether a person is asked, or anybody of their role."""
    return line.assignee == reader.user or (line.assignee is None and line.role in reader.roles)
