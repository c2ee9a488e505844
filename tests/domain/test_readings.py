"""By which reading of an erratum the code decides, and by which where none is pinned."""

import pytest

from domain.readings import IssueAnchor, issue_runs_from


@pytest.mark.parametrize("moment", ["report", "review", "decision"])
def test_the_issue_of_a_certificate_runs_from_the_moment_that_is_pinned(moment: IssueAnchor) -> None:
    """R:7/6.4.7."""
    pinned = {"issue-overdue-anchor": moment}
    moments: list[IssueAnchor] = ["report", "review", "decision"]
    assert [one for one in moments if issue_runs_from(pinned, one)] == [moment]


def test_without_a_reading_the_issue_of_a_certificate_runs_from_the_report() -> None:
    """R:7/6.4.7."""
    others = {"holiday-roll": "stays", "report": "decision"}
    assert issue_runs_from({}, "report")
    assert issue_runs_from(others, "report")
    assert not issue_runs_from({}, "review")
    assert not issue_runs_from({}, "decision")
