"""R:7/6.4.6.2, R:7/6.5.3.3: what was reported to the alliance, put right."""

from domain.acts import ReportCorrection
from domain.state import Effect
from workflows.case import Case

CLAUSE = "R:7/6.4.6.2"


def corrected(case: Case, act: ReportCorrection) -> None:
    """R:7/6.4.6.2: the fact goes to the alliance again, as the case knows it now, in place of the report named."""
    case.record_message(act, CLAUSE, about=case.facts.reported)
    case.send(Effect(id="", kind="submission", about=case.facts.reported, corrects=act.submission))
