"""What people do unasked in a case: one input model for each act of the API."""

from domain.model import Input
from domain.prose import Reason


class CaseWithdrawal(Input):
    """The applicant takes the application back, before certification."""

    reason: Reason


class Note(Input):
    """A remark of an insider, kept in the record."""

    text: Reason


ACTS: dict[str, type[Input]] = {
    "case.withdraw": CaseWithdrawal,
    "note.add": Note,
}
"""Act kind → payload model."""
