"""Advancing a rehearsed clock over HTTP: what is refused before anything moves."""

import pytest

from tests.api.conftest import Web


@pytest.mark.parametrize("day", [20270201, "20270201", "2027-02-30", "tomorrow"])
async def test_a_clock_goes_until_a_day_of_year_month_and_day(web: Web, day: object) -> None:
    headers = web.signed_in("manager")
    answer = await web.visitor.post("/api/v1/rehearsal/cases/x/advance", json={"until": day}, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/until")
