"""An audit report as tests want it: a full catalogue of 41 rows, two readings, findings, credit."""

from datetime import date
from typing import Any

from domain.documents import (
    AuditReportData,
    CharacteristicItem,
    CharacteristicScore,
    CreditEntry,
    CreditResult,
    IndicatorScore,
    PersonDays,
    Phrase,
    PrintedFinding,
    PrintedPlan,
    ScoreRow,
    TeamMember,
    ThresholdScore,
)
from tests.services.builders import BODY, HOLDER, SCHEME, SPECIAL, some_sites

FIRST_LEVEL = [
    ("创新发展", "30", "22.5", ["创新机制", "创新能力", "发展成果", "经营绩效"]),
    ("质量管理水平领先", "30", "22.5", ["管理水平", "服务质量", "顾客满意"]),
    ("品牌引领", "25", "18.75", ["品牌管理与维护", "品牌声誉", "品牌效应与价值"]),
    ("社会责任", "15", "11.25", ["公共责任", "绿色可持续发展", "诚信与合规经营", "权益保护", "公益支持"]),
]


def _indicators() -> list[IndicatorScore]:
    found: list[IndicatorScore] = []
    for place, (title, points, _, children) in enumerate(FIRST_LEVEL, start=1):
        own = IndicatorScore(id=f"i{place}", title=title, points=points, normalise=points, cap=points)
        below = [
            IndicatorScore(id=f"i{place}.{n}", title=name, parent=own.id, points="10", normalise="59/6", cap="9.75")
            for n, name in enumerate(children, start=1)
        ]
        found += [own, *below]
    return found


def _thresholds() -> list[ThresholdScore]:
    ids = ("q1", "q2", "q3", "q4")
    return [
        ThresholdScore(
            id=ids[place],
            title=title,
            points=points,
            threshold=threshold,
            normalise=threshold,
            normalise_passed=True,
            cap="67/6",
            cap_passed=place < 3,
        )
        for place, (title, points, threshold, _) in enumerate(FIRST_LEVEL)
    ] + [
        ThresholdScore(
            id="total",
            title="总得分",
            points="100",
            threshold="80",
            normalise="5017/60",
            normalise_passed=True,
            cap="81.5",
            cap_passed=True,
        )
    ]


def _rows() -> list[ScoreRow]:
    return [
        ScoreRow(
            row=n,
            title=f"第{n}行要求的实施情况与证实材料"
            if n % 5
            else "绿色、诚信、权益保护等多方面要求的制度、实施、评价与改进的综合情况",
            indicator=f"i{1 + n * 4 // 42}.{1 + n % 3}",
            points="2",
            awarded="1.75",
            normalise="7/6" if n % 4 == 0 else "1.75",
            cap="1.75",
            marks=["veto"] if n == 31 else ["not_applicable"] if n == 16 else [],
            remark="部分满足：缺第三季度跟踪记录" if n % 6 == 0 else "",
        )
        for n in range(1, 42)
    ]


def _findings() -> list[PrintedFinding]:
    return [
        PrintedFinding(
            id="f1",
            item="c2",
            site="s2",
            description="大堂投诉登记缺少答复时间，抽查五份中有两份未闭环。",
            points="0.5",
            severity="minor",
            rectify=True,
            cause="交接班时未按制度登记",
            action="增设系统必填项并完成培训",
            status="accepted",
            due_on=date(2026, 11, 9),
        ),
        PrintedFinding(
            id="f2", item="row 17", description="服务蓝图未随业务变更更新。", severity="major", rectify=False
        ),
    ]


def a_report(**changes: Any) -> AuditReportData:  # any field may be changed
    """The passed initial audit of a hotel with three sites."""
    fields: dict[str, object] = {
        "report_number": "SXJP-2026-DEMO-0042-A1",
        "case_number": "SXJP-2026-DEMO-0042",
        "audit_kind": "initial",
        "issuing_body": BODY,
        "organization": HOLDER,
        "service": Phrase(zh="酒店住宿及会议接待服务", en="Hotel accommodation and conference services"),
        "scope": Phrase(zh="客房、餐饮、会议与礼宾服务的提供", en="Guest room, catering and conference services"),
        "scheme": SCHEME,
        "special_rule": SPECIAL,
        "team": [
            TeamMember(name="王晓峰", role="leader"),
            TeamMember(name="李䶮", role="auditor"),
            TeamMember(name="Anna Schmidt", role="expert"),
        ],
        "plan": PrintedPlan(
            objective="评价所申请服务是否达到认证要求",
            basis=["服务认证实施规则 1.0", "住宿服务专用规则 2026.1"],
            modes=["observation", "interview", "records", "mystery_visit"],
            person_days=PersonDays(documents="1", management="4.5", characteristics="3.5", total="9"),
            planned_from=date(2026, 10, 12),
            planned_to=date(2026, 10, 14),
            sampling_seed="9f2c" * 16,
        ),
        "first_day": date(2026, 10, 12),
        "last_day": date(2026, 10, 14),
        "reported_on": date(2026, 11, 20),
        "sites": [
            site.model_copy(update={"visited": date(2026, 10, 12), "sampled": "抽取 drawn"}) for site in some_sites(3)
        ],
        "rows": _rows(),
        "indicators": _indicators(),
        "thresholds": _thresholds(),
        "sensitive": ["appendix-b-points"],
        "characteristic": CharacteristicScore(
            score="541/6",
            threshold="85",
            passed=True,
            items=[
                CharacteristicItem(id=f"c{n}", title=f"服务特性第{n}项", points="10", score="9.5") for n in range(1, 11)
            ],
        ),
        "findings": _findings(),
        "credit": CreditResult(
            checked_on=date(2026, 11, 18),
            passed=True,
            entries=[
                CreditEntry(
                    on=date(2024, 3, 2), kind="complaint", severity="minor", source="12345", description="已办结"
                )
            ],
        ),
        "verdict": "pass",
        "recommendation": "pass",
        "summary": "管理体系运行有效，服务特性稳定，整改已全部验证。",
    }
    return AuditReportData.model_validate(fields | changes)
