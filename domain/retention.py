"""How long each kind of record is kept, from when, and why; what is named nowhere here is never deleted."""

from datetime import date, timedelta
from typing import Final, NamedTuple

from domain.dates import add_months
from domain.model import Text
from domain.state import CaseState, Facts


class Term(NamedTuple):
    """How long something is kept: through the same day so many months, or so many days, later."""

    kind: str
    what: Text
    since: Text
    reason: Text
    months: int = 0
    days: int = 0

    def first_kept(self, today: date) -> date:
        """What has been there since an earlier day than this is past its term today."""
        return add_months(today, -self.months) - timedelta(days=self.days)


CASE: Final = Term(
    "case",
    Text(
        zh="案件的内容：提交的材料与文字、申请与联系人、文件、出具的文书、通知的收件人、导出的历史",
        en="what a case holds: payloads and texts, application and contact, files that no other case needs,"
        " printed documents, recipients of notices, bookings, lines of a wave, exported histories",
    ),
    Text(
        zh="已结案案件的最后一条记录（证书到期、注销、撤销、不予受理或其后的事项）",
        en="the last event of a closed case: its certificate's expiry, cancellation or withdrawal, its refusal,"
        " or what came after",
    ),
    Text(
        zh="至少保存至证书终止后两年；未获证的案件同样保存，以备投诉与申诉",
        en="two years at least after a certificate has ended; the same for what was never certified, since"
        " complaints and a new application look back at it",
    ),
    months=24,
)
LATENESS: Final = Term(
    "lateness",
    Text(zh="延迟触发与漏办日期的清单", en="late timers and overdue dates"),
    Text(zh="触发或发现之时", en="when they fired or were found"),
    Text(zh="与案件同期", en="as long as a case"),
    months=24,
)
UNUSED_FILE: Final = Term(
    "unused_file",
    Text(zh="未被任何案件引用的上传文件", en="uploaded files that no case names"),
    Text(zh="上传之时", en="their upload"),
    Text(zh="供填写申请之用", en="time enough to write an application"),
    months=6,
)
ANSWER: Final = Term(
    "answer",
    Text(zh="请求的幂等回执与受理单", en="answers under an Idempotency-Key, and operations"),
    Text(zh="请求之时", en="the request"),
    Text(zh="重复请求的时限", en="nobody repeats a request later"),
    days=90,
)
ACCESS: Final = Term(
    "access",
    Text(zh="会话与邀请", en="sessions and invitations"),
    Text(zh="失效之时", en="their end"),
    Text(zh="供安全核查", en="time to look into a misuse"),
    days=30,
)
TERMS: Final = (CASE, LATENESS, UNUSED_FILE, ANSWER, ACCESS)
"""Every kind that is deleted, and when."""


def stripped(state: CaseState) -> CaseState:
    """What stays of a deleted case's state: what its events and the register tell as well."""
    kept = {"id", "number", "rehearsal", "body", "applicant", "wave", "scheme", "special_rule", "cycle", "stage"}
    kept |= {"status", "certificates", "version", "turn", "head"}
    return CaseState(**{name: getattr(state, name) for name in kept})


def digests_of(facts: Facts) -> Facts:
    """What stays of a deleted case's facts: which payloads there were, what was numbered, which accounts were named."""
    kept = {"number", "certificate_number", "further_number", "reported"}
    kept |= {"content", "public_content", "results_content"}
    people = [one.model_copy(update={"conflicts": [], "away": [], "competences": []}) for one in facts.people]
    return Facts(people=people, **{name: getattr(facts, name) for name in kept})
