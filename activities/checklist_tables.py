"""The tables of a checklist in an audit report: every answer, the counts, and the pass rule with what it met."""

from typing import Any

from domain.checklist import ChecklistSheet
from domain.documents import ChecklistAnswer, ChecklistCount, PassRuleResult, Phrase
from domain.pack import Scheme
from domain.results import ChecklistResult


def tables(scheme: Scheme, sheet: ChecklistSheet, found: ChecklistResult) -> dict[str, Any]:
    """Give the report's `checklist`, in printed order, and its `pass_rule`."""
    titles = {head.id: head.title.zh for head in scheme.heads}
    given = {entry.indicator: entry for entry in sheet.items}
    answers = [
        ChecklistAnswer(
            id=item.id,
            dimension=titles[item.dimension],
            title=item.title.zh,
            answer=given[item.id].answer,
            remark=given[item.id].remark,
        )
        for item in scheme.checklist
    ]
    return {"checklist": answers, "pass_rule": _pass_rule(scheme, titles, found)}


def _pass_rule(scheme: Scheme, titles: dict[str, str], found: ChecklistResult) -> PassRuleResult:
    rule = scheme.judged_by
    return PassRuleResult(
        label=Phrase(zh=found.rule.zh, en=found.rule.en),
        barred=rule.barred,
        barred_at=found.barred,
        partly_at_most=found.partly_at_most,
        partly_share=found.partly_share,
        standard_asked=rule.standard_conforms,
        off_standard=found.off_standard,
        failed=found.failed,
        counts=[ChecklistCount(dimension=titles[one], **counts) for one, counts in found.dimensions.items()],
    )
