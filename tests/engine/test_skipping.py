"""A rehearsed clock that is moved far at once passes every date on its way, however often a case hands on."""

from pathlib import Path

from sqlmodel import Session, col, select

from domain.dates import SHANGHAI
from records.database import connect
from records.tables import TurnRow
from tests.applications import an_application
from tests.product import Product, running


def rang(product: Product, case_id: str) -> list[str]:
    """When each alarm of a case was worked on, by its own clock in Shanghai."""
    database = connect(product.settings.sql_url)
    with Session(database) as session:
        query = select(TurnRow).where(TurnRow.case_id == case_id).order_by(col(TurnRow.turn))
        rows = [row for row in session.exec(query) if "@" in row.message_id]
    database.dispose()
    return [f"{row.message_id.partition(':')[0]} {row.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for row in rows]


async def test_every_reminder_and_lapse_happens_at_its_own_instant(engine: str, tmp_path: Path) -> None:
    async with running(engine, tmp_path, events_a_run=1, answer_seconds=60) as product:
        applicant, manager = await product.sign_in("applicant"), await product.sign_in("manager")
        case = (await applicant.post("/cases", await an_application(applicant))).json()
        asked = (await manager.answer(case, "application.review", outcome="supplement", missing=["j"])).json()
        [deadline] = [one for one in asked["deadlines"] if one["state"] == "running"]
        done = await product.advance(case, days=40)
        assert done["status"] == "rejected"
        *reminders, last_reminder, lapse = rang(product, case["id"])
        assert last_reminder == f"remind {deadline['due_on']} 08:00"
        assert (lapse.partition(" ")[0], lapse[-5:]) == ("lapse", "00:00")
        assert {one[-5:] for one in reminders} == {"08:00"}
