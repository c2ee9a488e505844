"""The rules of suspension, restoration and withdrawal once more."""

from datetime import date

from tests.walks.known import A_DAY, RUNS, Data, Known, Suspension, months_after


class Suspensions(Known):
    """What suspends, restores and withdraws."""

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

    def _timer_suspension_end(self, _: date, __: Data) -> None:
        if self.suspension:
            self.suspension.over = True

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
