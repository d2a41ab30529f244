"""Fixtures for all tests: a certificate authority, a small world, and emulators that end with the test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings

from relaylab.app.config import LoadedWorld, load_world
from relaylab.app.emulator import Emulator, Settings
from relaylab.domain.clock import parse_instant
from relaylab.domain.fault import Fault
from relaylab_certs import TestAuthority
from tests.acs_rest_lab import AcsLab, acs_world
from tests.clients.controlled import close_what_is_left_open
from tests.clients.oauth import OAuthLab, oauth_world

# How long an example takes is the machine's business: no test may fail because others are at work beside it.
settings.register_profile("relaylab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("relaylab")

WORLD_FILE = Path(__file__).parent / "clients" / "world.toml"


class Emulate(Protocol):
    """Starts an emulator at an instant; it ends with the test."""

    def __call__(  # noqa: PLR0913 - as many as an emulator has
        self,
        at: str = "2026-12-01",
        *,
        world: LoadedWorld | None = None,
        readings: Mapping[str, str] | None = None,
        milestones: Mapping[str, datetime | None] | None = None,
        seed: int = 7,
        settings: Settings | None = None,
        faults: Iterable[Fault | str] = (),
    ) -> Emulator: ...


@pytest.fixture(scope="session", autouse=True)
def no_folder_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever is started by a test says that it is serving in a folder of this run, not in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    """A root that no machine trusts, made for this run."""
    return TestAuthority.open(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def small_world() -> LoadedWorld:
    """Three tenants, two sites, and a sender for each thing that can go wrong."""
    return load_world(WORLD_FILE)


@pytest.fixture
def emulate(authority: TestAuthority, small_world: LoadedWorld) -> Iterator[Emulate]:
    """Emulators of the small world, in threads of their own."""
    with ExitStack() as running:

        def start(  # noqa: PLR0913 - as Emulate
            at: str = "2026-12-01",
            *,
            world: LoadedWorld | None = None,
            readings: Mapping[str, str] | None = None,
            milestones: Mapping[str, datetime | None] | None = None,
            seed: int = 7,
            settings: Settings | None = None,
            faults: Iterable[Fault | str] = (),
        ) -> Emulator:
            emulator = Emulator(
                world or small_world,
                at=parse_instant(at),
                seed=seed,
                readings=readings,
                milestones=milestones,
                authority=authority,
                settings=settings,
                faults=faults,
            )
            return running.enter_context(emulator)

        yield start
        close_what_is_left_open()


@pytest.fixture
def oauth_lab(emulate: Emulate, monkeypatch: pytest.MonkeyPatch) -> OAuthLab:
    """An emulator of the OAuth world on the first of December 2026.

    Variables that name other roots go: MSAL lets them win over its own parameter.
    """
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"):
        monkeypatch.delenv(name, raising=False)
    return OAuthLab(emulate(world=oauth_world()))


@pytest.fixture
def acs_lab(emulate: Emulate, monkeypatch: pytest.MonkeyPatch) -> AcsLab:
    """An emulator of the world with resources of Azure Communication Services, on the first of December 2026."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"):
        monkeypatch.delenv(name, raising=False)
    return AcsLab(emulate(world=acs_world()))
