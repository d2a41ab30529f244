from collections.abc import Iterator
from pathlib import Path

import pytest

from relaylab.store import MailStore, MemoryMailStore, SqliteMailStore


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mail.db"


@pytest.fixture(params=["memory", "sqlite"])
def mail(request: pytest.FixtureRequest, file: Path) -> Iterator[MailStore]:
    """Each kind of mail store in turn."""
    store: MailStore = MemoryMailStore() if request.param == "memory" else SqliteMailStore(file)
    yield store
    store.close()
