"""Template text in the name of an organization: printed, mailed and shown as what it is."""

from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import pytest

from activities.digest import DigestActivities
from domain.documents import Phrase
from services.documents import audit_report_pdf
from tests.activities.courier import CERTIFICATE, Courier
from tests.activities.test_digest import RULES, TODAY, a_task
from tests.api.conftest import Web
from tests.services.builders import HOLDER
from tests.services.pixels import pages
from tests.services.reports import a_report
from tests.states import granted

NAMES = ['#panic()#read("/etc/passwd")', "{{7*7}}{% raise %}", "${7*7}$(id)", "%s%n%(name)s", "{0.__class__}{number}"]
HARMFUL = pytest.mark.parametrize("name", NAMES)


def printed(pdf: bytes, folder: Path) -> str:
    return "".join("".join(page.text for page in pages(pdf, folder, "printed")).split())


@HARMFUL
def test_a_printed_name_is_not_evaluated(name: str, courier: Courier, tmp_path: Path) -> None:
    courier.keep(granted(name=name))
    courier.deliver(CERTIFICATE)
    assert "".join(name.split()) in printed(courier.pdf(CERTIFICATE), tmp_path)


@HARMFUL
def test_a_name_in_a_report_is_not_evaluated(name: str, tmp_path: Path) -> None:
    report = a_report(organization=HOLDER.model_copy(update={"name": Phrase(zh=name)}))
    assert "".join(name.split()) in printed(audit_report_pdf(report), tmp_path)


@HARMFUL
def test_a_mailed_name_is_not_evaluated(name: str, courier: Courier) -> None:
    courier.keep(granted(name=name, tasks=[a_task("audit.plan", "case_manager", TODAY)], rules=RULES))
    DigestActivities(courier.engine, courier.notices(), "https://jp.example").send(TODAY)
    [letter] = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in courier.letters()]
    assert name in letter.get_content()


@HARMFUL
async def test_a_shown_name_is_not_evaluated(name: str, web: Web) -> None:
    with web.session() as session:
        granted(name=name).write(session)
    case = await web.visitor.get("/api/v1/cases/case-1", headers=web.signed_in("manager"))
    assert case.json()["organization"]["name"] == name
    [listed] = (await web.visitor.get("/api/v1/certificates")).json()["items"]
    assert listed["organization"] == name
    page = await web.visitor.get(f"/verify/{listed['number']}")
    assert name in unescape(page.text)
