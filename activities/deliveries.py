"""The delivery activity: carries out what a case has decided to send or make, each thing once."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import NamedTuple

from pydantic import Field, SecretStr, ValidationError
from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity

from activities import dossiers
from activities.beats import beating
from activities.interface import DELIVER, Delivered, Delivery
from activities.letters import Letters
from activities.once import has, keep
from activities.papers import certificate_data, report_data
from activities.submissions import submission, submission_id
from domain.model import Record
from domain.quiet import Quiet
from domain.state import CaseState, Effect
from domain.submissions import Receipt, Submission
from records import queries
from records.issued import AllianceOutboxRow, AllianceReportRow, CertificateRow, DocumentRow
from records.tables import CaseRow
from services.alliance import AllianceClient, AllianceRefused, AllianceUnavailable, local_receipt
from services.chats import Chat, Chats, ChatUnavailable
from services.documents import DocumentError, audit_report_pdf, certificate_pdf
from services.notices import NoticeRefused, Notices
from services.schemes import Library
from services.storage import Damaged, Storage

FOR_GOOD = (NoticeRefused, AllianceRefused, DocumentError, Damaged, ValidationError)
"""What is no better when it is tried again."""
CHAT_TRIES = 8
"""Two minutes: a chat that stays away keeps nothing else waiting for longer."""


class Outside(Record):
    """How the product is reached, and how it reaches the alliance."""

    public_url: str
    alliance_url: str = ""
    """Empty: receipts are made here, where `local_receipts` allows it."""
    alliance_token: SecretStr | None = None
    alliance_codes: dict[str, str] = Field(default_factory=dict)
    """Kind of report → the alliance's code for it; left out: the kind itself."""
    local_receipts: bool = True
    """Whether an installation may do without the alliance: the embedded one."""
    alliance_seconds: float = 20.0
    """How long each step of the conversation with the alliance may take."""
    in_batches: bool = False
    """Whether reports wait in the outbox for the next batch."""
    quiet: Quiet = Quiet()
    """When nobody is written to."""
    chats: dict[str, list[Chat]] = Field(default_factory=dict)
    """Body → its group chats."""


class Case(NamedTuple):
    """A case as the record holds it."""

    row: CaseRow
    state: CaseState


class DeliveryActivities:
    """Holds the database and the services that reach out of the product."""

    def __init__(
        self,
        engine: Engine,
        notices: Notices,
        library: Library,
        storage: Storage,
        outside: Outside,
        chats: Chats | None = None,
    ) -> None:
        self._engine = engine
        self._letters = Letters(engine, notices, chats or Chats(), outside.chats)
        self._library = library
        self._storage = storage
        self._outside = outside
        self._by_kind: dict[str, Callable[[Case, Effect], dict[str, str] | None]] = {
            "notice": lambda case, effect: self._letters.send(case.row, effect),
            "certificate": self._print,
            "report": self._print,
            "submission": self._submit,
        }

    @activity.defn(name=DELIVER)
    def deliver(self, delivery: Delivery) -> Delivered:
        """Carry out each effect; one already carried out is passed over, so a repetition is harmless.

        What is refused for good is named with its reason; the others are done.

        Raises:
            NoticeUnavailable: the mail server is away; the engine tries again.
            AllianceUnavailable: the alliance is away, likewise.
            StorageUnavailable: the file store is away, likewise.
            ChatUnavailable: a group chat is away, likewise for a while; then that notice is refused.
            LookupError: the case is not in the record.
        """
        with beating():
            return self._deliver(delivery)

    def _deliver(self, delivery: Delivery) -> Delivered:
        case, delivered, away = self._case(delivery.case_id), Delivered(), None
        quiet = None if case.row.rehearsal else self._outside.quiet.held_until(datetime.now(UTC))
        for effect in delivery.effects:
            if quiet and effect.kind == "notice":
                delivered.held[effect.id] = quiet
                continue
            try:
                done = self._by_kind[effect.kind](case, effect)
                if done is None:
                    delivered.parked.append(effect.id)
                else:
                    delivered.done[effect.id] = done
            except FOR_GOOD as refusal:
                activity.logger.warning("a delivery was refused for good", extra={"effect": effect.id})
                delivered.refused[effect.id] = str(refusal)
            except ChatUnavailable as error:
                away, delivered.refused[effect.id] = error, str(error)
        if away and not (activity.in_activity() and activity.info().attempt >= CHAT_TRIES):
            raise away
        return delivered

    def _case(self, case_id: str) -> Case:
        with Session(self._engine) as session:
            row = session.get(CaseRow, case_id)
        if row is None:
            raise LookupError(f"case {case_id} is not in the record")
        return Case(row, queries.state_of(row))

    # Papers

    def _print(self, case: Case, effect: Effect) -> dict[str, str]:
        key = (case.row.id, effect.id)
        if not has(self._engine, DocumentRow, key):
            pdf, name = self._certificate(effect) if effect.kind == "certificate" else self._report(case, effect)
            stored = self._storage.put(pdf)
            row = DocumentRow(
                case_id=case.row.id,
                effect_id=effect.id,
                kind=effect.kind,
                about=effect.about,
                sha256=stored.sha256,
                name=name,
                at=datetime.now(UTC),
            )
            keep(self._engine, row, key)
        return {}

    def _certificate(self, effect: Effect) -> tuple[bytes, str]:
        with Session(self._engine) as session:
            row = session.get(CertificateRow, effect.about)
            if row is None:
                raise DocumentError(f"there is no certificate {effect.about}")
            rule = (row.special_rule, row.special_rule_version or "") if row.special_rule else None
            try:
                packs = self._library.packs((row.scheme, row.scheme_version), rule)
            except KeyError as error:
                raise DocumentError(f"the pack {error} is not installed") from error
            data = certificate_data(row, packs, dossiers.body_name(session, row.body), self._outside.public_url)
        return certificate_pdf(data), f"{data.number}.pdf"

    def _report(self, case: Case, effect: Effect) -> tuple[bytes, str]:
        with Session(self._engine) as session:
            data = report_data(dossiers.dossier(session, self._library, case.state, effect.about))
        return audit_report_pdf(data), f"{data.report_number}-{data.version}.pdf"

    # The alliance

    def _submit(self, case: Case, effect: Effect) -> dict[str, str] | None:
        """The receipt's number, or none where the report is parked."""
        receipt = self._receipt_on_record(submission_id(case.state, effect))
        if receipt is None:
            fact = submission(case.state, effect, self._day(case, effect), self._outside.alliance_codes)
            if self._outside.in_batches and not fact.rehearsal:
                self._park(case, effect, fact)
                return None
            receipt = self.report(fact, case.row.id)
        return outcome_of(receipt)

    def _day(self, case: Case, effect: Effect) -> date:
        """The day of the fact: of a correction, that of the report it corrects."""
        with Session(self._engine) as session:
            corrected = session.get(AllianceReportRow, effect.corrects) if effect.corrects else None
            return corrected.on if corrected else dossiers.day_of(session, case.state, effect)

    def _park(self, case: Case, effect: Effect, fact: Submission) -> None:
        row = AllianceOutboxRow(
            id=fact.id,
            case_id=case.row.id,
            effect_id=effect.id,
            tries=effect.tries,
            content=fact.model_dump_json(),
            at=datetime.now(UTC),
        )
        with Session(self._engine) as session:
            session.merge(row)
            session.commit()

    def report(self, fact: Submission, case_id: str) -> Receipt:
        """Report a fact; one that is on record with its receipt is not sent again.

        Raises:
            AllianceRefused: the alliance said no.
            AllianceUnavailable: the alliance is away.
        """
        receipt = self._receipt_on_record(fact.id)
        if receipt is None:
            fresh = self._receipt(fact)
            keep(self._engine, _reported(case_id, fact, fresh), fact.id)
            receipt = self._receipt_on_record(fact.id) or fresh
        return receipt

    def _receipt(self, fact: Submission) -> Receipt:
        outside = self._outside
        if fact.rehearsal:
            return local_receipt(fact)
        if outside.alliance_url:
            with AllianceClient(outside.alliance_url, outside.alliance_seconds, outside.alliance_token) as alliance:
                return alliance.report(fact)
        if not outside.local_receipts:
            raise AllianceUnavailable("JINGPIN_ALLIANCE_URL is not set")
        receipt = local_receipt(fact)
        return receipt.model_copy(update={"number": receipt.number.replace("REHEARSAL", "LOCAL")})

    def _receipt_on_record(self, report_id: str) -> Receipt | None:
        with Session(self._engine) as session:
            row = session.get(AllianceReportRow, report_id)
        return Receipt.model_validate_json(row.receipt) if row else None


def outcome_of(receipt: Receipt) -> dict[str, str]:
    """What the case's record keeps of a report."""
    return {"receipt": receipt.number, "submission": receipt.submission_id}


def _reported(case_id: str, fact: Submission, receipt: Receipt) -> AllianceReportRow:
    return AllianceReportRow(
        id=fact.id,
        case_id=case_id,
        kind=fact.kind,
        on=fact.on,
        content=fact.model_dump_json(),
        receipt=receipt.model_dump_json(),
        rehearsal=fact.rehearsal,
        at=datetime.now(UTC),
    )
