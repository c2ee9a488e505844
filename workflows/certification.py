"""One case, one workflow, from its application on, for as many years as it is certified.

The flow itself stands in `workflows.flow`; this is what makes it last: messages come in as updates, dates come as
timers, each message is worked on and recorded as one turn, deliveries go out beside, and a run hands its state on
to the next when its history has grown long.
"""

import asyncio
from collections import deque
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from activities.interface import CASE, RECORD, REFUSED, WAKE, Incident, Outcome, Start, Turn
    from domain.agenda import Entry, agenda
    from domain.refusal import Refusal, Refused
    from domain.state import TIMER, CaseState, Effect, Message
    from workflows.attributes import attributes
    from workflows.courier import carry
    from workflows.flow import admit, react
    from workflows.refusals import UNAVAILABLE, refusal_error, refusal_of

A_BREATH = timedelta(milliseconds=1)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=10)
"""Between two tries to record what nobody will send again."""
NO_HANDING_ON = "a-skipping-clock-hands-on-nothing-2026-11"


@workflow.defn(name=CASE)
class CertificationCase:
    """A certification case: `submit` brings its messages, `state` shows what it knows."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        self._start = start
        self._state = start.state
        self._inbox: deque[Message] = deque([start.message] if start.message else [])
        self._known = {message.id for message in self._inbox}
        self._settled: dict[str, int | Refusal] = {}
        self._timers: set[datetime] = set()
        self._woken = False
        self._attempts = 0
        self._skipping = False
        self._application_refused = False
        self._try_again_at: datetime | None = None
        self._pause = FIRST_PAUSE
        self._courier: asyncio.Task[None] | None = None
        self._busy = False
        self._delivering = False
        # A case started again from the record is not found by anything yet.
        self._shown = attributes(start.state) if workflow.info().continued_run_id else ()

    @workflow.run
    async def run(self, _: Start) -> str:
        """Work on one message after another until nothing can happen any more; gives the case's last status."""
        self._courier = asyncio.create_task(self._deliver_effects())
        try:
            while (message := await self._next_message()) is not None:
                await self._work_on(message)
        except FailureError as error:
            # It would end the case; a bug must fail the task, which can be repaired.
            raise RuntimeError("a failure was not handled") from error
        await workflow.wait_condition(workflow.all_handlers_finished)
        self._courier.cancel()
        return self._state.status

    # Messages in -------------------------------------------------------------------------------------------

    @workflow.update
    async def submit(self, message: Message) -> int:
        """Bring a message; answers with the record's version once it is recorded and the case is at rest."""
        if message.id in self._state.seen:
            return self._state.seen[message.id]
        self._take_in(message)
        await workflow.wait_condition(lambda: message.id in self._settled)
        settled = self._settled[message.id]
        if isinstance(settled, Refusal):
            raise refusal_error(settled)
        return settled

    @submit.validator
    def _check(self, message: Message) -> None:
        if message.id in self._state.seen or message.id in self._known:
            return
        if message.known_turn > self._state.turn:
            # The record is ahead, after a crash: the loop catches up first and then says yes or no.
            return
        try:
            admit(self._state, message)
        except Refused as refused:
            raise refusal_error(refused.refusal) from refused

    @workflow.signal(name=WAKE)
    def wake(self) -> None:
        """Look at the agenda again: by the record something on it is overdue."""
        self._woken = True

    @workflow.signal
    def incident(self, news: Incident) -> None:
        """Bring a machine's news, each once; a case that refuses it drops it, and news that is none never gets here."""
        message = news.message(self._state.body)
        if self._state.turn and not any(one.news == message.id for one in self._state.matters):
            self._take_in(message)

    def _take_in(self, message: Message) -> None:
        if isinstance(self._settled.get(message.id), Refusal):
            # What was refused may be possible by now.
            del self._settled[message.id]
            self._known.discard(message.id)
        if message.id not in self._known:
            self._known.add(message.id)
            self._inbox.append(message)

    @workflow.query
    def state(self) -> CaseState:
        """What the case knows."""
        return self._state

    @workflow.query
    def at_rest(self, at: datetime) -> bool:
        """Whether all that has reached the case, or comes due by `at`, is worked on and delivered, and handed on."""
        entries, handing_on = agenda(self._state), self._long() and not self._ended()
        return self._idle() and not handing_on and not self._inbox and not (entries and entries[0].at <= at)

    # The loop ----------------------------------------------------------------------------------------------

    async def _next_message(self) -> Message | None:
        while True:
            if due := self._due():
                return due
            if self._inbox:
                return self._inbox.popleft()
            if self._idle() and self._ended():
                return None
            if self._idle() and self._long():
                await self._hand_on()
                continue
            self._set_timer()
            self._woken = False
            await workflow.wait_condition(self._has_something_to_do)
            if self._courier is not None and self._courier.done():
                # A bug in there fails the task, which can be repaired, and not the case.
                self._courier.result()

    def _has_something_to_do(self) -> bool:
        if self._inbox or self._woken or (self._courier is not None and self._courier.done()):
            return True
        return self._idle() and (self._long() or self._ended())

    def _ended(self) -> bool:
        # An application that was refused never became a case.
        return self._state.over if self._state.turn else self._application_refused

    def _next_entry(self) -> Entry | None:
        """What the agenda holds next; while the record is away it waits for the next try."""
        entries = agenda(self._state)
        if not entries:
            return None
        return entries[0]._replace(at=max(entries[0].at, self._try_again_at or entries[0].at))

    def _due(self) -> Message | None:
        entry = self._next_entry()
        if entry is None or entry.at > workflow.now():
            return None
        return Message(id=f"{entry.name}@{self._state.turn}", kind="alarm", name=entry.name, actor=TIMER)

    async def _work_on(self, message: Message) -> None:
        self._busy = True
        self._attempts += 1
        if message.kind != "delivered":
            rang = message.kind == "alarm" and self._state.rehearsal
            self._skipping = rang and workflow.patched(NO_HANDING_ON)
        try:
            await self._take_turns_until(message)
            self._try_again_at, self._pause = None, FIRST_PAUSE
        except FailureError as error:
            await self._refuse_or_retry(message, refusal_of(error))
        self._busy = False
        self._show()

    async def _refuse_or_retry(self, message: Message, refusal: Refusal) -> None:
        """A refusal is its sender's; what nobody will send again is tried again, less and less often."""
        about = {"what": message.name, "request": message.request, "code": refusal.code}
        if refusal is not UNAVAILABLE or (message.kind in ("answer", "act") and not message.is_news):
            self._settled[message.id] = refusal
            if message.is_news:
                workflow.logger.warning("a machine's news was dropped", extra=about)
            self._application_refused |= message.kind == "application"
            return
        workflow.logger.error("a message could not be recorded and is tried again", extra=about)
        self._try_again_at = workflow.now() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        if message.kind != "alarm":
            await workflow.sleep(self._try_again_at - workflow.now())
            self._inbox.append(message)

    async def _take_turns_until(self, message: Message) -> None:
        # Catching up with the record may have worked on it already, ahead of its place in the inbox.
        while message.id not in self._state.seen:
            turn = Turn.of(self._state, message, workflow.now())
            outcome = await workflow.execute_local_activity(
                RECORD,
                turn,
                result_type=Outcome,
                schedule_to_close_timeout=timedelta(seconds=8),
                start_to_close_timeout=timedelta(seconds=4),
                retry_policy=RetryPolicy(
                    initial_interval=timedelta(milliseconds=100),
                    maximum_attempts=4,
                    non_retryable_error_types=[REFUSED],
                ),
            )
            done = outcome.message or message
            self._state = react(self._state, done, outcome.facts, outcome.at).state
            self._state.head = outcome.head
            self._settled[done.id] = self._state.version
        self._settled[message.id] = self._state.seen[message.id]

    # Dates -------------------------------------------------------------------------------------------------

    def _set_timer(self) -> None:
        # A timer already set for an earlier instant is left to ring for nothing: cheaper than cancelling one
        # in nearly every turn.
        entry, now = self._next_entry(), workflow.now()
        instants = [one.not_before for one in self._state.effects if one.not_before and one.not_before > now]
        instants += [entry.at] if entry else []
        if instants and not any(at <= min(instants) for at in self._timers):
            self._timers.add(min(instants))
            asyncio.create_task(self._ring(min(instants)))  # noqa: RUF006  # the loop of a workflow keeps its tasks

    async def _ring(self, at: datetime) -> None:
        await workflow.sleep(at - workflow.now())
        self._timers.discard(at)
        self._woken = True

    # Handing on --------------------------------------------------------------------------------------------

    def _idle(self) -> bool:
        return not self._busy and not self._delivering and not self._waiting()

    def _long(self) -> bool:
        # A rehearsed clock that is skipping time does not wait for the next run to set its timers.
        if not self._attempts or self._skipping:
            return False
        info = workflow.info()
        return info.is_continue_as_new_suggested() or info.get_current_history_length() >= self._start.events_a_run

    async def _hand_on(self) -> None:
        # In a task of its own, which completes no update: an update completed together with its run may be
        # given to the next run once more.
        await workflow.wait_condition(workflow.all_handlers_finished)
        await workflow.sleep(A_BREATH)
        if not self._inbox and not self._due() and workflow.all_handlers_finished():
            workflow.continue_as_new(self._start.model_copy(update={"state": self._state, "message": None}))

    # Going out ---------------------------------------------------------------------------------------------

    async def _deliver_effects(self) -> None:
        while True:
            await workflow.wait_condition(lambda: bool(self._waiting()))
            self._delivering = True
            waiting = self._waiting()
            kinds = sorted({effect.kind for effect in waiting})
            batches = [[effect for effect in waiting if effect.kind == kind] for kind in kinds]
            within = timedelta(seconds=self._start.delivery_seconds)
            carried = await asyncio.gather(*(carry(self._state.id, batch, within) for batch in batches))
            told = {effect.id for one in carried for effect in one.settled}
            self._state.effects = [effect for effect in self._state.effects if effect.id not in told]
            self._hold({effect: until for one in carried for effect, until in one.held.items()})
            await self._report([message for one in carried for message in one.reports])
            self._delivering = False

    def _waiting(self) -> list[Effect]:
        now = workflow.now()
        effects = (effect for effect in self._state.effects if effect.state == "waiting")
        return [effect for effect in effects if (effect.not_before or now) <= now]

    def _hold(self, held: dict[str, datetime]) -> None:
        for effect in self._state.effects:
            effect.not_before = held.get(effect.id, effect.not_before)
        # The loop sets the timer.
        self._woken |= bool(held)

    async def _report(self, messages: list[Message]) -> None:
        self._inbox.extend(messages)
        await workflow.wait_condition(
            lambda: all(isinstance(self._settled.get(message.id), int) for message in messages)
        )

    # Being found -------------------------------------------------------------------------------------------

    def _show(self) -> None:
        shown = attributes(self._state)
        if shown != self._shown:
            self._shown = shown
            workflow.upsert_search_attributes(shown)
