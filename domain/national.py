"""What the national reporting platform is told of a certificate: one line for each change of it."""

from datetime import date
from typing import Final

from domain.model import Record

COLUMNS: Final[dict[str, str]] = {
    "number": "证书编号",
    "organization": "获证组织名称",
    "uscc": "统一社会信用代码",
    "scheme": "认证方案",
    "edition": "方案版本",
    "service": "认证服务",
    "scope": "认证范围",
    "sites": "场所数",
    "decided_on": "认证决定日期",
    "valid_from": "有效期起",
    "valid_until": "有效期止",
    "status": "证书状态",
    "status_since": "状态起始日期",
    "predecessor": "原证书编号",
    "change": "变更类型",
    "changed_on": "变更日期",
}
"""Not at hand: the platform's own layout is not public.

These names in this order stand in for it; `JINGPIN_NATIONAL_COLUMNS` puts what the platform asks for in their place.
"""
MARK: Final[dict[str, str]] = {"rehearsal": "演练 rehearsal"}
"""The first column of a file that holds rehearsed certificates: none of them is to reach the platform."""


class Line(Record):
    """One change of a certificate, `changed_on` its day in Shanghai; `status` is the certificate's latest."""

    number: str
    organization: str
    uscc: str
    scheme: str
    edition: str
    service: str
    scope: str
    sites: int
    decided_on: date
    valid_from: date
    valid_until: date
    status: str
    status_since: date
    predecessor: str | None
    change: str
    changed_on: date
    rehearsal: bool = False


def kind_of_change(before: str | None, after: str) -> str:
    """What happened to a certificate: `issued`, `restored`, or the status it has taken."""
    if before is None:
        return "issued"
    return "restored" if (before, after) == ("suspended", "valid") else after
