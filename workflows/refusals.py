"""How a refusal crosses the engine: out of an update, and back from an activity."""

from temporalio.exceptions import ApplicationError, FailureError

from activities.interface import REFUSED
from domain.refusal import Refusal

UNAVAILABLE = Refusal(code="unavailable", zh="记录服务暂不可用", en="The record is not available just now.")


def refusal_error(refusal: Refusal) -> ApplicationError:
    """The error that tells an update's sender."""
    return ApplicationError(refusal.en, refusal, type=REFUSED, non_retryable=True)


def refusal_of(error: FailureError) -> Refusal:
    """The refusal that an activity failed with; `UNAVAILABLE` where it failed otherwise."""
    # A local activity's failure arrives as it was raised, another's as the cause of an ActivityError.
    cause = error if isinstance(error, ApplicationError) else error.cause
    if isinstance(cause, ApplicationError) and cause.type == REFUSED:
        return Refusal.model_validate(cause.details[0])
    return UNAVAILABLE
