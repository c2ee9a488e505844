"""The rules once more, in as few lines as they take: what a case is after each event of its record, and what is due.

It reads the record as anybody could, counts its own dates, and imports nothing of the product.
"""

from copy import deepcopy
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tests.walks.changes import Changes
from tests.walks.known import RUNS, Certificate, Data, Known, Ruling
from tests.walks.programme import Programme
from tests.walks.suspensions import Suspensions

SHANGHAI = ZoneInfo("Asia/Shanghai")
AGAINST = {
    ("application.review", "reject"),
    ("decision.make", "refuse"),
    ("decision.make", "suspend"),
    ("decision.make", "withdraw"),
    ("suspension.decide", "suspend"),
    ("withdrawal.decide", "withdraw"),
}
"""What is decided against a client."""
ENDED = ("withdrawn", "cancelled")


def moment(event: Data) -> datetime:
    """When an event happened, on the clock of Shanghai."""
    at = event["at"]
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(SHANGHAI)


class Reference(Programme, Suspensions, Changes):
    """What the rules make of a record, event by event."""

    def due(self) -> dict[str, list[date]]:
        """What runs, by kind."""
        if self.over:
            return {}
        suspended = self.suspension and not self.suspension.over
        found = {
            "surveillance": [self.surveillance],
            "recertification.apply": [self.apply],
            "calendar_year": [date(year, 12, 31) for year in sorted(self.years)],
            "recertification.on_site": sorted(self.on_site.values()),
            "reaudit": sorted(self.reaudits.values()),
            "suspension.end": [self.suspension.ends if suspended and self.suspension else None],
            "certificate.expiry": [one.ends for one in self.certificates if one.status in RUNS],
        }
        return {kind: [day for day in days if day] for kind, days in found.items() if any(days)}

    # What happens

    def take(self, event: Data) -> None:
        """Follow one event, on its day in Shanghai."""
        at, kind, data = moment(event), event["kind"], event["data"]
        self.pass_to(at)
        step = getattr(self, "_" + kind.replace(".", "_"), None)
        if step is None or (self.over and not kind.startswith("appeal.")):
            return
        before = self._as_it_is() if (kind, data.get("outcome")) in AGAINST else None
        step(at.date(), data)
        if before:
            self._note_ruling(data, before)

    def pass_to(self, at: datetime) -> None:
        """Certificates run out at the end of their last day (R:7/7.3.3)."""
        for one in self.certificates:
            if one.status in ("valid", "suspended") and one.ends < at.astimezone(SHANGHAI).date():
                one.status = "expired"
                self._expired(one)

    def _expired(self, old: Certificate) -> None:
        if self.apply and self.apply <= old.ends:
            self.apply = None
        following = next((one for one in self.certificates if one.status == "upcoming"), None)
        if following:
            following.status = "suspended" if self.suspension else "valid"
            self.printed, self.renewed = self.renewed or self.printed, None
            return
        self.status, self.suspension, self.surveillance, self.years = "expired", None, None, set()
        self.over = not self.renewing

    # Decisions that concern more than one subject

    def _decision_make(self, day: date, data: Data) -> None:
        audit = data.get("audit", "")
        kind, of = self.audits.get(audit, ("", ""))
        failed = self._failed(audit)
        self.under_way.discard(of)
        outcome, beside = data["outcome"], kind in ("special", "scope")
        match outcome:
            case "grant" if not beside:
                self._grant(day, kind, of)
            case "maintain" | "extend" | "reduce" if not beside:
                self._next_surveillance(of)
            case "suspend":
                other = ["a"] if failed else data.get("grounds", ["k"])
                grounds = ["b"] if failed and not beside else data.get("grounds", other)
                self._suspend(day, data["task"], grounds, failed=failed and not beside)
                if not failed and not beside:
                    self._next_surveillance(of)
            case "restore":
                self._restore()
                if kind == "surveillance":
                    self._next_surveillance(of)
            case "withdraw":
                self._withdraw("withdrawn")
            case "refuse" if not beside:
                self._refuse(again=of != audit, failed=self.reports[audit]["verdict"] == "fail")
        self._decide_proposals(day, (audit, of), outcome, renews=outcome == "grant" and not beside)

    def _approval_give(self, day: date, data: Data) -> None:
        kind, outcome = data["subject"].rpartition("-")[0], data["outcome"]
        if outcome == "higher_frequency":
            self._more_often(day)
        if kind == "change.request":
            self._change_decided(day, data["subject"], outcome)
        if outcome != "approve":
            return
        if kind == "surveillance.postpone" and self.surveillance:
            self.surveillance = date.fromisoformat(data["until"])
        if kind == "suspension.extend" and self.suspension:
            until = min(date.fromisoformat(data["until"]), self.last_day)
            longer = {task: max(day, until) for task, day in self.suspension.until.items()}
            self.suspension.until = longer

    # Appeals (R:7/6.4.6.2)

    def _as_it_is(self) -> Known:
        """A copy to come back to; what was ruled and appealed against before goes on."""
        rulings, self.rulings = self.rulings, {}
        before = deepcopy(self)
        self.rulings = before.rulings = rulings
        before.audits, before.appeals = self.audits, self.appeals
        return before

    def _note_ruling(self, data: Data, before: Known) -> None:
        """Nobody appeals against what they wished for."""
        grounds = self.suspension.grounds.get(data["task"], set()) if self.suspension else set()
        decided = self.over or self.suspension or data["outcome"] == "refuse"
        if decided and self.status != "cancelled" and grounds != {"j"}:
            refused = {matter: one for matter, one in before.proposals.items() if matter not in self.proposals}
            self.rulings[data["task"]] = Ruling(data.get("audit", ""), before, refused, bool(grounds), self.over)

    def _appeal_file(self, _: date, data: Data) -> None:
        self.appeals.append(data["about"])

    def _appeal_decide(self, _: date, data: Data) -> None:
        """Upheld, what stood before stands again, and the decision is made again."""
        task = self.appeals[int(data["subject"].rpartition("-")[2]) - 1]
        made = self.rulings.pop(task)
        if data["outcome"] == "dismiss":
            return
        if made.ended:
            vars(self).update(vars(made.before))
        elif self._undo(made, task):
            self.proposals |= made.refused
            self.under_way |= {self.audits.get(made.audit, ("", ""))[1]} & made.before.under_way

    def _undo(self, made: Ruling, task: str) -> bool:
        """Whether there was anything left to undo of a decision that did not end the case."""
        if made.suspends:
            return self._lift(task)
        if self.audits[made.audit][0] == "scope":
            return self.status in ("certified", "suspended")
        if self.status in ENDED:
            return False
        self.renewing, self.renewed, self.over = True, made.before.renewed, False
        return True
