"""The bodies and accounts that an embedded installation starts with."""

from pwdlib import PasswordHash
from sqlalchemy import Engine
from sqlmodel import Session

from records.tables import Account, Body, CompetenceRow

BODIES = {
    "demo": ("示例认证有限公司", "Demo Certification Ltd"),
    "other": ("另一认证有限公司", "Other Certification Ltd"),
}

ACCOUNTS: dict[str, tuple[str | None, list[str], str]] = {
    "manager": ("demo", ["case_manager"], "马经理"),
    "leader": ("demo", ["auditor"], "李组长"),
    "auditor": ("demo", ["auditor"], "沈审核"),
    "visitor": ("demo", ["auditor"], "方体验"),
    "reviewer": ("demo", ["reviewer", "auditor"], "傅复核"),
    "reviewer2": ("demo", ["reviewer"], "费复核"),
    "decider": ("demo", ["decision_maker", "auditor"], "丁决定"),
    "decider2": ("demo", ["decision_maker"], "董决定"),
    "ops": ("demo", ["ops"], "尤运维"),
    "admin": ("demo", ["admin"], "关管理"),
    "manager2": ("other", ["case_manager"], "梅经理"),
    "applicant": (None, ["applicant"], "安申请"),
    "applicant2": (None, ["applicant"], "白申请"),
    "alliance": (None, ["alliance"], "联盟秘书处"),
}
"""User → body, roles, name."""

TRADES = ("accommodation", "catering", "vinegar", "millet")
"""The trades of the example special rules and standards; every seeded auditor is competent in them."""


def seed(engine: Engine, password: str) -> None:
    """Make the seeded bodies and accounts where they are missing, and give the accounts this password."""
    hashed = PasswordHash.recommended().hash(password)
    with Session(engine) as session:
        for body, (name_zh, name_en) in BODIES.items():
            session.merge(Body(id=body, name_zh=name_zh, name_en=name_en))
        session.flush()
        for user, (of_body, roles, name) in ACCOUNTS.items():
            session.merge(
                Account(
                    user=user,
                    person=f"person-{user}",
                    body=of_body,
                    roles=roles,
                    name=name,
                    email=f"{user}@example.org",
                    password_hash=hashed,
                )
            )
            if "auditor" in roles:
                for trade in TRADES:
                    session.merge(CompetenceRow(person=f"person-{user}", trade=trade))
        session.commit()
