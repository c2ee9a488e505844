"""The rules once more, in as few lines as they take: what a case is after each event of its record, and what is due.

It reads the record as anybody could, counts its own dates, and imports nothing of the product.
"""

from calendar import monthrange
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Data = dict[str, Any]
SHANGHAI = ZoneInfo("Asia/Shanghai")
A_DAY = timedelta(days=1)
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
RUNS = ("valid", "suspended", "upcoming")
"""What a certificate is until it ends."""


def months_after(day: date, months: int) -> date:
    """The corresponding day, else the month's last (Civil Code 201, 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def moment(event: Data) -> datetime:
    """When an event happened, on the clock of Shanghai."""
    at = event["at"]
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(SHANGHAI)


@dataclass
class Certificate:
    """One certificate: its days and what it is worth."""

    begins: date
    ends: date
    status: str


@dataclass
class Suspension:
    """Since when, until when by each decision that suspends and on which grounds, and whether that has passed."""

    since: date
    until: dict[str, date]
    grounds: dict[str, set[str]]
    over: bool = False

    @property
    def ends(self) -> date:
        """The earliest end wins."""
        return min(self.until.values())


Print = dict[str, Any]
"""What a certificate says, part by part; a site that is no more says none."""


@dataclass
class Proposal:
    """What is to change, after which audit, and whether its client stands by it."""

    kind: str
    says: Print
    audit: str | None = None
    confirmed: bool = True


@dataclass
class Ruling:
    """A decision against the client: about what, what came before it, and whether it suspends or ended the case."""

    audit: str
    before: "Reference"
    refused: dict[str, Proposal]
    suspends: bool
    ended: bool


@dataclass
class Reference:
    """What the rules make of a record, event by event."""

    audits: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Audit → the kind and the id of the one it repeats, or its own; told from outside."""
    open: set[str] = field(default_factory=set)
    """The audits under way; told from outside, and nothing else is."""
    status: str = "open"
    certificates: list[Certificate] = field(default_factory=list)
    suspension: Suspension | None = None
    surveillance: date | None = None
    apply: date | None = None
    years: set[int] = field(default_factory=set)
    on_site: dict[str, date] = field(default_factory=dict)
    """Renewal, or its re-audit → the day by which it closes."""
    reaudits: dict[str, date] = field(default_factory=dict)
    """The failed audit → the day by which its re-audit begins."""
    over: bool = False
    renewing: bool = False
    converted: bool = False
    granted_on: date = date.min
    closings: dict[str, date] = field(default_factory=dict)
    """Audit, or the one it repeats → its last day."""
    reports: dict[str, Data] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    under_way: set[str] = field(default_factory=set)
    """Surveillances held, or failed by their documents, that nobody has decided on."""
    returned: list[str] = field(default_factory=list)
    """The audits whose documents were returned, in order."""
    requests: dict[str, list[str]] = field(default_factory=dict)
    """Suspension that was asked for → on which grounds."""
    withdrawals: list[list[str]] = field(default_factory=list)
    """The grounds of each withdrawal that was requested, in order."""
    said_so: dict[str, int] = field(default_factory=dict)
    """Withdrawal → how many decision makers have said so."""
    months: int = 12
    """How many months apart surveillances are."""
    printed: Print = field(default_factory=dict)
    """What is certified, as far as it has changed."""
    renewed: Print | None = None
    """What a renewal is to certify, from its application until it does."""
    proposals: dict[str, Proposal] = field(default_factory=dict)
    """Change of what is certified → what it proposes."""

    rulings: dict[str, Ruling] = field(default_factory=dict)
    """Task → the decision that answered it."""
    appeals: list[str] = field(default_factory=list)
    """Against which decision each appeal is, in order."""

    # What it knows

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

    @property
    def running(self) -> Certificate | None:
        """The certificate in force."""
        return next((one for one in reversed(self.certificates) if one.status in ("valid", "suspended")), None)

    @property
    def last_day(self) -> date:
        """The last day of certification, the renewed one's where it is renewed already."""
        return max(one.ends for one in self.certificates if one.status in RUNS)

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

    def _end(self, status: str) -> None:
        self.status, self.suspension, self.over = status, None, True

    # Until the certificate

    def _application(self, _: date, data: Data) -> None:
        """Sites are s1, s2, … at x in all these lives."""
        self.printed = {f"site s{number + 1}": "x" for number in range(data["sites"])}

    def _application_review(self, _: date, data: Data) -> None:
        if data["outcome"] == "reject":
            self._end("rejected")

    def _timer_application_supplement(self, _: date, __: Data) -> None:
        self._end("rejected")

    def _timer_contract_sign(self, _: date, data: Data) -> None:
        if data["deadline"] == "contract.sign-latest":
            self._end("rejected")

    def _case_withdraw(self, _: date, __: Data) -> None:
        self._end("application_withdrawn")

    # Audits

    def _audit_documents(self, _: date, data: Data) -> None:
        if data["outcome"] == "return":
            self.returned.append(data["audit"])

    def _timer_documents_correct(self, _: date, data: Data) -> None:
        """R:7/7.4.1: an initial audit ends the case, any other has failed and is missed no more."""
        audit = self.returned[int(data["deadline"].rpartition("-")[2]) - 1]
        kind, of = self.audits[audit]
        if audit == of and (kind == "initial" or (kind == "recertification" and self.converted)):
            self._end("terminated")
        self.on_site.pop(audit, None)
        if audit != of:
            self.reaudits.pop(of, None)
        elif kind == "surveillance":
            self.surveillance = None
            self.under_way.add(audit)

    def _audit_open(self, _: date, data: Data) -> None:
        audit = data["audit"]
        if self.audits[audit][1] != audit:
            self.reaudits.pop(self.audits[audit][1], None)

    def _audit_close(self, _: date, data: Data) -> None:
        audit, on = data["audit"], date.fromisoformat(data["on"])
        kind, of = self.audits[audit]
        self.closings[of] = on
        if kind == "surveillance":
            self.years.discard(on.year)
            if audit == of:
                self.surveillance = None
                self.under_way.add(audit)
        if audit in self.on_site:
            if on > self.on_site.pop(audit):
                self.converted = True
            else:
                self.years.discard(on.year)
                self.surveillance = None
                self.under_way.add(of)

    def _audit_report(self, day: date, data: Data) -> None:
        audit = data["audit"]
        kind, of = self.audits[audit]
        self.reports[audit] = {"verdict": data["verdict"], "recommendation": data["recommendation"]}
        if data["verdict"] == "fail" and audit == of and audit in self.closings and audit not in self.repeated:
            self._repeat(audit, "initial" if self.converted else kind, day)

    def _repeat(self, audit: str, kind: str, day: date) -> None:
        """R:7/6.4.6.1: once, within 90 days of the audit, of the report where that came later; before expiry."""
        self.under_way.discard(audit)
        due = self.closings[audit] + 90 * A_DAY
        due = due if due >= day else day + 90 * A_DAY
        if kind == "initial":
            self.reaudits[audit] = due
        elif kind == "recertification" and self.running and day < self.running.ends:
            self.reaudits[audit] = min(due, self.running.ends)
            again = next(one for one, (_, of) in self.audits.items() if of == audit != one)
            self.on_site[again] = self.running.ends
        else:
            return
        self.repeated.add(audit)

    def _audit_credit(self, _: date, data: Data) -> None:
        if data["audit"] in self.reports and "verdict" in data:
            self.reports[data["audit"]]["verdict"] = data["verdict"]

    def _timer_reaudit(self, _: date, data: Data) -> None:
        audit = data["deadline"].removeprefix("reaudit-")
        self.reaudits.pop(self.audits[audit][1])
        self.on_site.pop(audit, None)
        if self.converted or not self.certificates:
            self._end("terminated")

    def _timer_recertification_on_site(self, _: date, data: Data) -> None:
        audit = "audit-" + data["deadline"].rpartition("audit-")[2]
        self.on_site.pop(audit)
        of = self.audits[audit][1]
        self.converted = of == audit
        if of != audit:
            self.reaudits.pop(of, None)

    # Decisions

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

    def _failed(self, audit: str) -> bool:
        return "fail" in self.reports.get(audit, {}).values()

    def _grant(self, day: date, kind: str, of: str) -> None:
        """R:7/7.3.3, R:7/6.6: three years from the decision, or from the day after the certificate it renews."""
        old = self.running
        begins = max(day, old.ends + A_DAY) if old else day
        ends = months_after(begins, 36) - A_DAY
        self.certificates.append(Certificate(begins, ends, "upcoming" if begins > day else "valid"))
        renewed = kind == "recertification" and not self.converted
        self.surveillance, self.months = months_after(self.closings[of] if renewed else day, 12), 12
        self.apply = months_after(ends, -3)
        self.years = set(range(day.year + 1, ends.year))
        self.granted_on, self.status, self.renewing, self.converted = day, "certified", False, False
        if begins == day and self.renewed is not None:
            self.printed, self.renewed = self.renewed, None

    def _refuse(self, *, again: bool, failed: bool) -> None:
        """R:7/6.4.8: a running certificate stays."""
        self.renewing, self.renewed = False, None
        if self.running is None:
            self._end("terminated" if again and failed else "refused")

    def _next_surveillance(self, of: str) -> None:
        """R:7/7.3.3: two in a cycle; one more only before expiry and outside its year."""
        last_day = self.closings.get(of)
        if last_day is None or self.running is None:
            return
        ends = self.last_day
        of_kind = {audit for kind, audit in self.audits.values() if kind == "surveillance"}
        held = sum(audit in of_kind and day >= self.granted_on for audit, day in self.closings.items())
        due = months_after(last_day, self.months)
        usual = held < 2 or (held == 2 and due < ends and due.year != ends.year)
        if due < ends if self.months < 12 else usual:
            self.surveillance = min(due, ends)

    # Suspension, restoration, withdrawal

    def _suspension_request(self, _: date, data: Data) -> None:
        self.requests[f"suspension.request-{len(self.requests) + 1}"] = data["grounds"]

    def _suspension_decide(self, day: date, data: Data) -> None:
        if data["outcome"] == "suspend":
            self._suspend(day, data["task"], data.get("grounds") or self.requests[data["subject"]])
            return
        moved = "until" in data and data["subject"].startswith("missed_surveillance")
        if moved and self.surveillance is None and not self.under_way:
            self.surveillance = date.fromisoformat(data["until"])

    def _suspend(self, day: date, task: str, grounds: list[str], *, failed: bool = False) -> None:
        """R:7/6.5.3.2, R:10/9.3.1: a further decision joins, the earlier end wins."""
        ends = min(day + 90 * A_DAY if failed else months_after(day, 6), self.last_day)
        now = self.suspension = self.suspension or Suspension(day, {}, {})
        now.until[task], now.grounds[task] = ends, set(grounds)
        self.status = "suspended"
        if self.running:
            self.running.status = "suspended"

    def _restore(self) -> None:
        self.suspension, self.status = None, "certified"
        for one in self.certificates:
            one.status = "valid" if one.status == "suspended" else one.status

    def _withdrawal_request(self, _: date, data: Data) -> None:
        self.withdrawals.append(data["brought"])

    def _withdrawal_decide(self, _: date, data: Data) -> None:
        """R:10/9.4b: at once after a failed surveillance only where two say so."""
        if data["outcome"] == "dismiss":
            return
        kind, _, number = data["subject"].rpartition("-")
        brought = self.withdrawals[int(number) - 1] if kind == "withdrawal.request" else ["a"]
        grounds = data.get("grounds") or brought
        self.said_so[data["subject"]] = self.said_so.get(data["subject"], 0) + 1
        takes = 2 if grounds == ["b"] and self.suspension is None else 1
        if self.said_so[data["subject"]] >= takes:
            self._withdraw("cancelled" if grounds == ["h"] else "withdrawn")

    def _withdraw(self, status: str) -> None:
        for one in self.certificates:
            one.status = status if one.status in RUNS else one.status
        self._end(status)

    # Dates that pass, are met, or are moved

    def _timer_surveillance(self, _: date, __: Data) -> None:
        self.surveillance = None

    def _timer_calendar_year(self, _: date, data: Data) -> None:
        self.years.discard(int(data["deadline"].rpartition("-")[2]))

    def _timer_suspension_end(self, _: date, __: Data) -> None:
        if self.suspension:
            self.suspension.over = True

    def _timer_recertification_apply(self, _: date, __: Data) -> None:
        self.apply = None

    def _recertification_apply(self, _: date, __: Data) -> None:
        """R:7/6.6.2: closed on site by expiry."""
        self.apply, self.renewing, self.renewed = None, True, dict(self.printed)
        renewal = list(self.audits)[-1]
        if self.running:
            self.on_site[renewal] = self.running.ends

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

    def _more_often(self, day: date) -> None:
        """R:7/6.5.1: six months from the decision, unless one is due earlier, or is late or waits for its decision."""
        self.months = 6
        due, running = months_after(day, 6), self.running
        under_way = any(self.audits[self.audits[audit][1]][0] == "surveillance" for audit in self.open)
        if self.surveillance:
            self.surveillance = min(self.surveillance, due)
        elif not under_way and running and due < running.ends:
            self.surveillance = due

    # Changes of what is certified

    def _change_request(self, _: date, data: Data) -> None:
        """R:9/8.2: places and methods are audited first."""
        audited = {"sites", "methods"} & set(data["kinds"])
        self._propose("change.request", data, list(self.audits)[-1] if audited else None)

    def _scope_extend(self, _: date, data: Data) -> None:
        """R:9/8.3: audited, alone or together with another."""
        self._propose("scope.extend", data, data.get("combined_with") or list(self.audits)[-1])

    def _scope_reduce(self, _: date, data: Data) -> None:
        """R:10/9.2: the client confirms it first."""
        self._propose("scope.reduce", data, data.get("combined_with"))
        self.proposals[data["matter"]].confirmed = False

    def _propose(self, kind: str, data: Data, audit: str | None) -> None:
        says = {part: data[part] for part in ("organization", "service") if part in data}
        sites = {one if isinstance(one, str) else one["id"]: one for one in data.get("sites", [])}
        if kind == "scope.reduce":
            says |= {part: None for part in self.printed if part.startswith("site ") and part[5:] not in sites}
        else:
            at = {f"site {one}": site["address"] for one, site in sites.items()}
            says |= {part: address for part, address in at.items() if self.printed.get(part) != address}
        self.proposals[data["matter"]] = Proposal(kind, says, audit)

    def _change_decided(self, day: date, matter: str, outcome: str) -> None:
        if outcome == "special_audit":
            self.proposals[matter].audit = list(self.audits)[-1]
            return
        proposal = self.proposals.pop(matter)
        if outcome == "approve":
            self._change(day, proposal.says)

    def _scope_confirm(self, day: date, data: Data) -> None:
        proposal = self.proposals[data["matter"]]
        proposal.confirmed = data["confirmed"]
        if not proposal.confirmed or proposal.audit is None:
            del self.proposals[data["matter"]]
        if proposal.confirmed and proposal.audit is None:
            self._change(day, proposal.says)

    def _decide_proposals(self, day: date, audits: tuple[str, str], outcome: str, *, renews: bool) -> None:
        """R:9/8.2, R:9/8.3, R:10/9.2: what was looked at together is decided together; the rest goes alone."""
        mine = {matter: one for matter, one in self.proposals.items() if one.audit in audits}
        for matter, one in mine.items():
            if not one.confirmed:
                one.audit = None
                continue
            del self.proposals[matter]
            reduces = one.kind == "scope.reduce"
            if outcome == ("reduce" if reduces else "extend") or (outcome == "grant" and not reduces):
                self._change(day, one.says, renews=renews)

    def _change(self, day: date, says: Print, *, renews: bool = False) -> None:
        """R:9/8.1-8.3: what is certified reads otherwise: certificates are issued again, on their old days."""
        if renews:
            (self.printed if self.renewed is None else self.renewed).update(says)
            return
        says = {part: what for part, what in says.items() if what is None or self.printed.get(part, "") is not None}
        changes = any(self.printed.get(part) != what for part, what in says.items())
        self.printed |= says
        if self.renewed is not None:
            self.renewed |= says
        for old in [one for one in self.certificates if one.status in RUNS] if changes else []:
            self.certificates.append(Certificate(max(day, old.begins), old.ends, old.status))
            old.status = "superseded"

    # Appeals (R:7/6.4.6.2)

    def _as_it_is(self) -> "Reference":
        """A copy to come back to; what was ruled and appealed against before goes on."""
        rulings, self.rulings = self.rulings, {}
        before = deepcopy(self)
        self.rulings = before.rulings = rulings
        before.audits, before.appeals = self.audits, self.appeals
        return before

    def _note_ruling(self, data: Data, before: "Reference") -> None:
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

    def _lift(self, task: str) -> bool:
        """One decision suspends no longer; nothing is left of a suspension that has ended."""
        now = self.suspension
        if now is None or task not in now.until:
            return False
        ended_on = now.ends
        del now.until[task], now.grounds[task]
        if not now.until:
            self._restore()
        elif now.ends > ended_on:
            now.over = False
        return True
