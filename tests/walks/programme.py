"""The rules of the programme once more: applications, audits, grants, surveillances, renewals."""

from datetime import date

from tests.walks.known import A_DAY, Certificate, Data, Known, months_after


class Programme(Known):
    """What happens in the programme."""

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

    def _more_often(self, day: date) -> None:
        """R:7/6.5.1: six months from the decision, unless one is due earlier, or is late or waits for its decision."""
        self.months = 6
        due, running = months_after(day, 6), self.running
        under_way = any(self.audits[self.audits[audit][1]][0] == "surveillance" for audit in self.open)
        if self.surveillance:
            self.surveillance = min(self.surveillance, due)
        elif not under_way and running and due < running.ends:
            self.surveillance = due

    # Dates that pass or are met

    def _timer_surveillance(self, _: date, __: Data) -> None:
        self.surveillance = None

    def _timer_calendar_year(self, _: date, data: Data) -> None:
        self.years.discard(int(data["deadline"].rpartition("-")[2]))

    def _timer_recertification_apply(self, _: date, __: Data) -> None:
        self.apply = None

    def _recertification_apply(self, _: date, __: Data) -> None:
        """R:7/6.6.2: closed on site by expiry."""
        self.apply, self.renewing, self.renewed = None, True, dict(self.printed)
        renewal = list(self.audits)[-1]
        if self.running:
            self.on_site[renewal] = self.running.ends
