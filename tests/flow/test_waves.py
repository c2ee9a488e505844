"""R:7/7.2.1: an application joins a wave on the day on which it is handed in."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from domain.refusal import Refused
from records import waves
from tests.api.test_waves import an_application_of
from tests.lives import START, Life


def a_wave(life: Life, closes_on: date) -> str:
    """A wave of the body that takes applications to a day."""
    with Session(life.engine) as session:
        days = (closes_on - timedelta(days=30), closes_on)
        wave = waves.create(session, "demo", closes_on.year, life.case.id, days, "manager").id
        session.commit()
    return wave


def handed_in(life: Life, wave: str) -> None:
    """It stands among the wave's applications, and waits for its case."""
    with Session(life.engine) as session:
        row = an_application_of(wave, 1)
        row.case_id = life.case.id
        waves.hand_in(session, [row])
        session.commit()


def test_an_application_handed_in_on_the_last_day_is_taken_though_its_case_starts_on_the_next(life: Life) -> None:
    wave = a_wave(life, START - timedelta(days=1))
    handed_in(life, wave)
    life.apply(wave=wave)
    assert (life.case.wave, life.open) == (wave, ["application.review"])


def test_an_application_that_nobody_handed_in_before_joins_no_wave_after_its_last_day(life: Life) -> None:
    wave = a_wave(life, START - timedelta(days=1))
    with pytest.raises(Refused) as refused:
        life.apply(wave=wave)
    assert (refused.value.refusal.code, refused.value.refusal.clause) == ("rule_refused", "R:7/7.2.1")
