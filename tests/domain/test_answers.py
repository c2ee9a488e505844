"""Answers that say yes or no, with a reason or without."""

import pytest

from domain.answers import Checked, DocumentReview, is_met


@pytest.mark.parametrize(
    ("answer", "met"),
    [(True, True), (False, False), (Checked(value=True), True), (Checked(value=False, reason="late"), False)],
)
def test_a_point_is_met_with_a_yes(*, answer: bool | Checked, met: bool) -> None:
    assert is_met(answer) is met


@pytest.mark.parametrize(
    ("checks", "met"),
    [
        ({"a": True, "b": {"value": True, "reason": "seen"}}, True),
        ({"a": True, "b": {"value": False, "reason": "late"}}, False),
        ({"a": False, "b": True}, False),
        ({"a": True}, False),
    ],
)
def test_documents_are_met_with_both_points(checks: dict[str, object], *, met: bool) -> None:
    """R:7/7.4.1a-b."""
    assert DocumentReview.model_validate({"outcome": "pass", "checks": checks}).met is met
