"""The story: one organization from its application to the certificate of its second cycle."""

from datetime import date, timedelta
from typing import Any, Final

from demo.case import TIMERS, Case
from demo.days import quiet_day, quiet_monday
from demo.material import DOCUMENTS, FAILED, SUPPLEMENTED, Material
from demo.people import DemoStoppedError
from demo.told import Teller, verdict
from domain.dates import add_months

Json = dict[str, Any]

BEFORE_SURVEILLANCE: Final = timedelta(days=60)
"""How long before its due date a surveillance is planned."""
BEFORE_EXPIRY: Final = 4
"""Months before the certificate's end at which recertification is applied for."""
MAINTAINED: Final = dict.fromkeys("abcdef", True)


class Story:
    """The programme of R:7, step by step."""

    def __init__(self, case: Case, material: Material, teller: Teller) -> None:
        self._case = case
        self._material = material
        self._teller = teller

    async def tell(self) -> None:
        """From the application to the second cycle."""
        await self.application()
        await self.contract()
        await self.failed_audit()
        await self.reaudit()
        await self.surveillance("surveillance-1")
        await self.surveillance("surveillance-2")
        await self.recertification()
        await self.second_cycle()

    # Clause R:7/7.2: application and contract

    async def application(self) -> None:
        """Handed in without a document, supplemented, accepted."""
        self._teller.chapter("申请与受理", "Application")
        case = self._case
        files = {kind: await case.hands_in("applicant", kind) for kind in DOCUMENTS if kind != SUPPLEMENTED}
        await case.begins(self._material.application(files))
        await case.later(2)
        missing = {"outcome": "supplement", "missing": [SUPPLEMENTED], "reason": "未附营业执照副本"}
        await case.does("manager", "application.review", missing, f"补充资料 supplement: {SUPPLEMENTED}")
        await case.later(6)
        document = {"kind": SUPPLEMENTED, "file_id": await case.hands_in("applicant", SUPPLEMENTED)}
        note = {"documents": [document], "note": "补交营业执照副本复印件"}
        await case.does("applicant", "application.supplement", note, f"已补交 handed in: {SUPPLEMENTED}")
        await case.later(2)
        await case.does("manager", "application.review", {"outcome": "accept"}, "受理 accepted")

    async def contract(self) -> None:
        """Signed within its thirty days."""
        await self._case.later(6)
        paper = await self._case.hands_in("manager", "contract")
        contract = self._material.contract(self._case.today, paper)
        await self._case.does("manager", "contract.sign", contract, f"{contract['contract_number']}")

    # Clauses R:7/7.3 and 7.4: planning, audit, verdict

    async def failed_audit(self) -> None:
        """The first audit, with a mystery visit, fails by its scores."""
        self._teller.chapter("首次审查", "First audit")
        await self.prepared(FAILED, mystery_visit=True)
        await self.on_site(FAILED)
        await self.reported(FAILED)

    async def reaudit(self) -> None:
        """The one re-audit passes with deductions; they are rectified, one of them in a second attempt."""
        self._teller.chapter("再次审查", "Re-audit")
        await self.prepared("reaudit")
        await self.on_site("reaudit")
        await self.rectified(reject_one=True)
        await self.reported("reaudit")
        await self.decided("grant")
        await self.certificate_printed()

    async def prepared(self, audit: str, day: date | None = None, *, mystery_visit: bool = False) -> None:
        """Planned, confirmed by the client, documents reviewed; the mystery visit comes before the opening meeting."""
        case = self._case
        await case.until(quiet_day(day or case.today + timedelta(days=5)))
        plan = self._material.plan(audit, quiet_monday(case.today + timedelta(days=12)))
        await case.does("manager", "audit.plan", plan, self._plan)
        await case.later(1)
        await case.does("applicant", "audit.plan.confirm", {"outcome": "agree"}, "同意 agreed")
        await case.later(3)
        passed = {"outcome": "pass", "checks": {"a": True, "b": True}}
        await case.does("leader", "audit.documents", passed, "通过 passed: a, b")
        if mystery_visit:
            await self.visited()

    async def visited(self) -> None:
        """R:4/4.2: somebody comes as a guest, and the client's view shows nothing of it."""
        case = self._case
        await case.later(1)
        site = self._sites[1]
        seen = {"visited_on": str(case.today), "site": site, "observations": self._material.said("mystery_visit")}
        paper = await case.hands_in("visitor", "visit")
        await case.does("visitor", "audit.mystery_visit", {**seen, "evidence": [paper]}, f"{self._site_name(site)}")
        shown = await case.people["applicant"].get(f"/cases/{case.id}")
        plan = shown["audits"][-1]["plan"]
        if "mystery_visit" in plan["modes"] or any(one["role"] == "visitor" for one in plan["team"]):
            raise DemoStoppedError("the client's snapshot gives the mystery visit away (R:4/4.2)")
        case.tell(case.people["applicant"].name, ("客户所见", "The client's view"), "R:4/4.2", "无暗访 shows no visit")

    async def on_site(self, audit: str) -> None:
        """From the opening to the closing meeting; then the verdict, and the deduction list to the client."""
        case, plan = self._case, self._case.audit["plan"]
        await case.until(date.fromisoformat(plan["planned_from"]))
        await case.does("leader", "audit.open", self._material.meeting("opening", case.today), f"{case.today}")
        await self.scored(audit)
        await case.until(date.fromisoformat(plan["planned_to"]))
        paper = await case.hands_in("manager", "credit")
        await case.does(
            "manager",
            "audit.credit",
            self._material.credit(case.today, paper),
            "未列入名单 not listed，一般投诉 minor complaints 1",
        )
        await case.does("leader", "audit.close", self._material.meeting("closing", case.today), f"{case.today}")
        case.tell(TIMERS, ("审查结论", "Verdict"), "R:7/7.4.5", verdict(case.audit["results"]))
        await case.later(1)
        if case.open("findings.confirm"):
            await case.does("applicant", "findings.confirm", {"confirmed": True}, self._findings)

    async def scored(self, audit: str) -> None:
        """Both evaluations; rows that do not apply wait for the reviewer; the contents of the later audits."""
        case, material = self._case, self._material
        sheet = material.management(audit, self._sites)
        carried = sum(score.get("carried", False) for score in sheet["scores"])
        result = f"{len(sheet['scores'])} 行 rows" + (f"，沿用 carried {carried}" if carried else "")
        await case.does("leader", "audit.management", sheet, f"{result}，扣分项 findings {len(sheet['findings'])}")
        if case.open("approval.give"):
            approval = {"subject": "not_applicable", "outcome": "approve", "reason": material.said("approval")}
            await case.does("reviewer", "approval.give", approval, "同意不适用 row 10 does not apply")
        found = material.characteristics(audit, self._sites)
        taken = f"{len(found['items'])} 项 items，扣分 deductions {len(found['deductions'])}"
        await case.does("leader", "audit.characteristics", found, taken)
        if case.open("audit.contents"):
            concluded = material.contents(audit)
            letters = "a-f" + (" + a-c" if "renewal" in concluded else "")
            await case.does("leader", "audit.contents", concluded, f"{letters} 符合 conform")

    # Clause R:7/6.4.6.1: rectification

    async def rectified(self, *, reject_one: bool = False) -> None:
        """What was found is put right and verified; where one is rejected, it is handed in again in time."""
        case, material = self._case, self._material
        await case.later(8)
        due = [finding for finding in case.audit["findings"] if finding["rectify"]]
        paper = await case.hands_in("applicant", "rectified")
        items = {"items": [material.rectified(finding, paper) for finding in due]}
        await case.does("applicant", "rectification.submit", items, f"{len(due)} 项 items")
        await case.later(2)
        rejected = [one for one in due if one["item"] == material.said("rejected_item")] if reject_one else []
        await self._verified([one for one in due if one not in rejected], rejected)
        if rejected:
            await case.later(3)
            again = {"items": [material.rectified(one, paper, material.said("corrected")) for one in rejected]}
            await case.does("applicant", "rectification.submit", again, "再次提交 handed in again")
            await case.later(2)
            await self._verified(rejected, [])

    async def _verified(self, accepted: list[Json], rejected: list[Json]) -> None:
        said = self._material.said
        items = [{"finding": one["id"], "accepted": True, "comment": said("accepted")} for one in accepted]
        items += [{"finding": one["id"], "accepted": False, "comment": said("rejected")} for one in rejected]
        result = f"接受 accepted {len(accepted)}" + (f"，退回 rejected {len(rejected)}" if rejected else "")
        await self._case.does("leader", "rectification.verify", {"items": items}, result)

    async def reported(self, audit: str) -> None:
        """The leader's report recommends what was computed."""
        await self._case.later(2)
        outcome = self._case.audit["results"]["verdict"]
        report = {"recommendation": outcome, "summary": self._material.summary(audit)}
        recommended = {"pass": "推荐通过 PASS", "fail": "不推荐 FAIL"}[outcome]
        await self._case.does("leader", "audit.report", report, recommended)

    # Clause R:7/6.4.6.2: review and decision

    async def decided(self, outcome: str) -> None:
        """Reviewed by somebody who took no part, then decided."""
        case, said = self._case, self._material.said
        await case.later(2)
        readings = case.audit["results"]["sensitive"]
        agreed = {"outcome": "agree", "comments": said("review"), "readings_acknowledged": readings}
        await case.does("reviewer", "review.independent", agreed, "同意 agrees")
        await case.later(1)
        if case.open("audit.credit"):
            paper = await case.hands_in("manager", "credit")
            await case.does("manager", "audit.credit", self._material.credit(case.today, paper), "重新查询 again")
        conditions = {"conditions": MAINTAINED} if outcome == "maintain" else {}
        decision = {"outcome": outcome, "reason": said("decision"), **conditions}
        await case.does("decider", "decision.make", decision, self._decided)

    async def certificate_printed(self) -> None:
        """The newest certificate as PDF."""
        number = self._case.seen["certificates"][0]["number"]
        pdf = await self._case.people["manager"].download(f"/certificates/{number}.pdf")
        self._case.keep(f"{number}.pdf", pdf)

    # Clauses R:7/6.5 and 6.6: the certified years

    async def surveillance(self, audit: str) -> None:
        """A surveillance in good time; what it finds is rectified; the certificate is maintained."""
        number = audit[-1]
        self._teller.chapter(f"第{number}次监督", f"Surveillance {number}")
        await self.prepared(audit, self._case.due("surveillance") - BEFORE_SURVEILLANCE)
        await self.on_site(audit)
        if self._case.open("rectification.submit"):
            await self.rectified()
        await self.reported(audit)
        await self.decided("maintain")

    async def recertification(self) -> None:
        """Applied for four months before the end, audited like an initial one, granted before the end."""
        self._teller.chapter("再认证", "Recertification")
        case, valid_until = self._case, self._case.due("certificate.expiry")
        await case.until(add_months(valid_until, -BEFORE_EXPIRY))
        files = {kind: await case.hands_in("applicant", kind) for kind in DOCUMENTS}
        renewal = self._material.application(files) | {"changes": self._material.changes}
        await case.does("applicant", "recertification.apply", renewal, f"变化 changes {len(self._material.changes)}")
        await self.prepared("recertification")
        await self.on_site("recertification")
        if case.open("rectification.submit"):
            await self.rectified()
        await self.reported("recertification")
        await self.decided("grant")
        await self.certificate_printed()

    async def second_cycle(self) -> None:
        """The day after the old certificate's last one, the new one is valid."""
        old = self._case.seen["certificates"][1]
        await self._case.until(date.fromisoformat(old["valid_until"]) + timedelta(days=1))
        for certificate in reversed(self._case.seen["certificates"][:2]):
            state = {"expired": "到期 expired", "valid": "生效 valid"}.get(certificate["status"], certificate["status"])
            self._case.tell(TIMERS, ("证书换期", "Change of cycle"), "R:7/7.3.3", f"{certificate['number']} {state}")

    # What is said of a step

    @property
    def _sites(self) -> list[str]:
        return list(self._case.audit["plan"]["sites"])

    def _site_name(self, site: str) -> str:
        return str(next(one["name"] for one in self._case.seen["sites"] if one["id"] == site))

    def _plan(self) -> str:
        plan = self._case.audit["plan"]
        days = sum(float(part) for part in plan["person_days"].values())
        sites = f"{len(plan['sites'])}/{len(self._case.seen['sites'])}"
        return f"{days:g} 人日 person-days，场所 sites {sites}: {' '.join(plan['sites'])}，{plan['planned_from']}起"

    def _findings(self) -> str:
        found = self._case.audit["findings"]
        return f"扣分项 {len(found)}，须整改 to rectify {sum(one['rectify'] for one in found)}"

    def _decided(self) -> str:
        newest = self._case.seen["certificates"][0]
        span = f"{newest['valid_from']}–{newest['valid_until']}"
        said = "保持 maintained，" if self._case.audit["audit_kind"] == "surveillance" else ""
        return f"{said}证书 certificate {newest['number']} {newest['status']} {span}"
