"""What the alliance is told of a fact, out of the case that brought it about."""

from collections.abc import Mapping
from datetime import date

from domain.certificates import Certificate
from domain.scope import certified_by, in_force
from domain.state import CaseState, Effect
from domain.submissions import Submission

OUTCOMES = {
    "certification": "granted",
    "refusal": "refused",
    "suspension": "suspended",
    "restoration": "restored",
    "withdrawal": "withdrawn",
    "cancellation": "cancelled",
    "reissue": "reissued",
    "expiry": "expired",
}


def submission_id(state: CaseState, effect: Effect) -> str:
    """The same for the same fact, however often it is reported."""
    return f"{state.id}.{effect.id}"


def submission(state: CaseState, effect: Effect, on: date, codes: Mapping[str, str]) -> Submission:
    """The report of an effect about `<kind>:<certificate number or audit id>`, `on` the day of the fact.

    R:7/6.5.3.3 asks for it after a surveillance, R:7/6.4.6.2 after a decision.

    Raises:
        ValidationError: the kind is none the alliance knows.
    """
    kind, _, named = effect.about.partition(":")
    certificate = _certificate(state, kind, named)
    application = certified_by(state, certificate) if certificate else in_force(state)
    edition = (certificate and certificate.scheme) or application.scheme
    return Submission.model_validate(
        {
            "id": submission_id(state, effect),
            "kind": kind,
            "code": codes.get(kind, kind),
            "case_number": state.number,
            "body": state.body,
            "organization": application.organization.name,
            "uscc": application.organization.uscc,
            "scheme": application.scheme.id,
            "edition": edition.version,
            "service": application.service.name,
            "on": on,
            "outcome": OUTCOMES.get(kind) or _verdict(state, named),
            "certificate_number": certificate and certificate.number,
            "valid_from": certificate and certificate.valid_from,
            "valid_until": certificate and certificate.valid_until,
            "corrects": effect.corrects or None,
            "rehearsal": state.rehearsal,
        }
    )


def _certificate(state: CaseState, kind: str, named: str) -> Certificate | None:
    """The certificate that is named, else the newest; a refusal speaks of none unless it is named."""
    found = next((one for one in state.certificates if one.number == named), None)
    if found is None and kind != "refusal" and state.certificates:
        return state.certificates[-1]
    return found


def _verdict(state: CaseState, named: str) -> str:
    """What an audit came to, for the kinds that report an audit."""
    results = next((audit.results for audit in state.audits if audit.id == named), None)
    return results.verdict if results else ""
