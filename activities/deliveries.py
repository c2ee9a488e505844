"""The delivery activity: carries out what a case has decided to send, each thing once."""

from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.interface import DELIVER, Delivery
from domain.state import Effect
from records.tables import Account, NoticeRow
from services.notices import Notice, NoticeRefused, Notices


class DeliveryActivities:
    """Holds the database and the mail service."""

    def __init__(self, engine: Engine, notices: Notices) -> None:
        self._engine = engine
        self._notices = notices

    @activity.defn(name=DELIVER)
    def deliver(self, delivery: Delivery) -> None:
        """Carry out each effect; one already carried out is passed over, so a repetition is harmless.

        Raises:
            NoticeUnavailable: the mail server is away; the engine tries again.
            ApplicationError: somebody can never be reached; not to be retried, everybody else was.
        """
        refused = [letter.id for letter in self._letters(delivery) if not self._sent(delivery, letter)]
        if refused:
            raise ApplicationError("refused for good", *refused, type="NoticeRefused", non_retryable=True)

    def _letters(self, delivery: Delivery) -> list[Notice]:
        with Session(self._engine) as session:
            return [
                _notice(delivery, effect, account)
                for effect in delivery.effects
                for account in recipients(session, delivery, effect.to)
            ]

    def _sent(self, delivery: Delivery, letter: Notice) -> bool:
        with Session(self._engine) as session:
            if session.get(NoticeRow, letter.id) is not None:
                return True
            try:
                self._notices.send(letter)
            except NoticeRefused:
                activity.logger.warning("a notice was refused for good", extra={"notice": letter.id})
                return False
            row = NoticeRow(id=letter.id, case_id=delivery.case_id, recipient=letter.to, at=datetime.now(UTC))
            session.add(row)
            session.commit()
            return True


def recipients(session: Session, delivery: Delivery, to: str) -> list[Account]:
    """The accounts behind `applicant`, `role:<role>` (of the case's body) or `person:<person>`."""
    kind, _, name = to.partition(":")
    active = select(Account).where(col(Account.active))
    if kind == "applicant":
        return list(session.exec(active.where(Account.user == delivery.applicant)))
    if kind == "person":
        return list(session.exec(active.where(Account.person == name)))
    staff = session.exec(active.where(Account.body == delivery.body))
    return [account for account in staff if name in account.roles]


def _notice(delivery: Delivery, effect: Effect, account: Account) -> Notice:
    return Notice(
        id=f"{delivery.case_id}.{effect.id}.{account.user}",
        to=account.email,
        to_name=account.name,
        subject_zh=effect.subject.zh,
        subject_en=effect.subject.en,
        body=f"{effect.body.zh}\n\n{effect.body.en}\n",
        case_number=delivery.number,
    )
