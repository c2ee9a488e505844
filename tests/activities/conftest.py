"""The courier of these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from records.database import connect, migrate
from services.notices import MailSink
from tests.activities.courier import Courier
from tests.records.builders import seed_people


@pytest.fixture
def courier(tmp_path: Path) -> Iterator[Courier]:
    url = f"sqlite:///{tmp_path / 'record.sqlite'}"
    migrate(url)
    engine = connect(url)
    seed_people(engine)
    with MailSink(tmp_path / "mail") as sink:
        yield Courier(tmp_path, engine, sink)
    engine.dispose()
