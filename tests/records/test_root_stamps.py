"""An authority's clock says of each daily root when it was there; no root waits for it."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from activities.roots import LATEST, RootActivities
from checker import stamps
from records.root_table import RootRow, StampRow
from services.timestamps import StampUnavailable, stamp
from tests.doubles.timestamp_authority import Authority, timestamp_authority

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with timestamp_authority(tmp_path / "authority") as authority:
        yield authority


def rooted(database: Engine, authority: str, days: int = 1) -> RootActivities:
    errand = RootActivities(database, authority)
    for day in range(days):
        errand.write(NOON + timedelta(days=day))
    return errand


def stamped(database: Engine) -> list[date]:
    with Session(database) as session:
        return list(session.exec(select(StampRow.day).order_by(StampRow.day)))  # type: ignore[arg-type]


def found(database: Engine, ca: Path | None) -> list[str]:
    with database.connect() as connection:
        return list(stamps.findings(connection, ca))


def test_a_stamp_is_of_its_root_and_the_checker_trusts_it(database: Engine, authority: Authority) -> None:
    errand = rooted(database, authority.address)
    assert errand.stamp(NOON) == 1
    assert stamped(database) == [date(2026, 11, 21)]
    assert found(database, authority.ca) == []


def test_openssl_reads_the_kept_answer_as_it_is(database: Engine, authority: Authority, tmp_path: Path) -> None:
    rooted(database, authority.address).stamp(NOON)
    with Session(database) as session:
        row, root = session.exec(select(StampRow)).one(), session.exec(select(RootRow)).one().root
    (tmp_path / "answer").write_bytes(row.response)
    verify = ("openssl", "ts", "-verify", "-in", "answer", "-digest", root, "-CAfile", str(authority.ca))
    subprocess.run(verify, cwd=tmp_path, check=True, capture_output=True)  # noqa: S603


def test_a_root_is_stamped_once(database: Engine, authority: Authority) -> None:
    errand = rooted(database, authority.address)
    assert [errand.stamp(NOON) for _ in range(2)] == [1, 0]


def test_while_the_authority_is_away_roots_are_written_and_the_next_errand_stamps_them(
    database: Engine, authority: Authority
) -> None:
    authority.away = True
    errand = rooted(database, authority.address, days=2)
    assert (errand.stamp(NOON), stamped(database)) == (0, [])
    authority.away = False
    assert (errand.stamp(NOON), len(stamped(database))) == (2, 2)


def test_where_nobody_listens_the_root_is_written_all_the_same(database: Engine) -> None:
    errand = rooted(database, "http://127.0.0.1:9/tsa")
    assert (errand.stamp(NOON), stamped(database)) == (0, [])


def test_without_an_authority_nothing_is_stamped(database: Engine) -> None:
    assert rooted(database, "").stamp(NOON) == 0


def test_of_many_roots_the_latest_are_stamped(database: Engine, authority: Authority) -> None:
    assert rooted(database, authority.address, days=LATEST + 2).stamp(NOON) == LATEST
    assert stamped(database)[0] == date(2026, 11, 23)


def test_an_answer_to_another_question_is_refused(authority: Authority) -> None:
    authority.replayed = stamp(authority.address, b"x")
    for data in (b"x", b"y"):
        with pytest.raises(StampUnavailable, match="something else"):
            stamp(authority.address, data)


@pytest.mark.parametrize("away", [True, False])
def test_what_is_said_of_an_absent_authority_has_no_password(authority: Authority, away: bool) -> None:  # noqa: FBT001
    authority.away = away
    host = authority.address.removeprefix("http://") if away else "127.0.0.1:9"
    with pytest.raises(StampUnavailable) as failed:
        stamp(f"http://jingpin:geheim@{host}", b"x")
    assert "geheim" not in str(failed.value)


@pytest.mark.parametrize("said", [b"no", b"0\x03\x02\x01\x00"])
def test_what_is_no_answer_is_refused(authority: Authority, said: bytes) -> None:
    authority.replayed = said
    with pytest.raises(StampUnavailable):
        stamp(authority.address, b"x")


def test_the_checker_finds_a_stamp_of_something_else(database: Engine, authority: Authority) -> None:
    rooted(database, authority.address)
    with Session(database) as session:
        session.add(StampRow(day=date(2026, 11, 21), response=stamp(authority.address, b"x"), at=NOON))
        session.commit()
    assert found(database, None) == ["the time stamp of 2026-11-21 is of something else than the root"]


def test_the_checker_finds_a_stamp_by_another_authority(database: Engine, authority: Authority, tmp_path: Path) -> None:
    rooted(database, authority.address).stamp(NOON)
    with timestamp_authority(tmp_path / "other", "Test time") as other:
        [line] = found(database, other.ca)
    assert line.startswith("the time stamp of 2026-11-21 is not to be trusted: ")


def test_the_checker_finds_a_broken_stamp(database: Engine, authority: Authority) -> None:
    rooted(database, authority.address).stamp(NOON)
    with Session(database) as session:
        row = session.exec(select(StampRow)).one()
        row.response = row.response[:-1] + bytes([row.response[-1] ^ 1])
        session.commit()
    [line] = found(database, authority.ca)
    assert "is not to be trusted" in line
