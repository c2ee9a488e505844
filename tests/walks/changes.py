"""The rules of changes of what is certified once more (R:9/8.2, R:9/8.3, R:10/9.2)."""

from datetime import date

from tests.walks.known import RUNS, Certificate, Data, Known, Print, Proposal


class Changes(Known):
    """What is to change, and what has."""

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
