from pathlib import Path

import pytest

from relaylab_certs import TestAuthority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority.open(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A folder for a root that does not exist yet."""
    return tmp_path / "ca"
