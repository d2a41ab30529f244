"""What is kept of mail and events is bounded, by the options of a run, then by its world; what made room is told of."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from relaylab.app.config import LoadedWorld, WorldFileError, parse_world
from relaylab.app.emulator import Settings
from relaylab.domain.keeping import Keeping
from relaylab.store import BOUNDS, Bounds, SqliteMailStore
from relaylab_certs import TestAuthority
from relaylab_conformance.steering.told import status_lines
from tests.clients.by_socket import send_directly
from tests.clients.controlled import Controlled
from tests.clients.served import Served
from tests.conftest import Emulate
from tests.servers.steering import send


def keeping(world: LoadedWorld, **keep: int) -> LoadedWorld:
    return replace(world, world=replace(world.world, keep=Keeping(**keep)))


def test_options_come_before_the_world_and_the_world_before_what_is_usual(
    emulate: Emulate, small_world: LoadedWorld
) -> None:
    asked = Settings(keep=Keeping(messages=2))
    emulator = emulate(world=keeping(small_world, messages=9, mebibytes=3), settings=asked)

    assert Bounds(messages=2, octets=3 << 20) == emulator.store.mail.bounds
    emulator.put(world=keeping(small_world, messages=9))
    assert Bounds(messages=2, octets=BOUNDS.octets) == emulator.store.mail.bounds
    emulator.reset(keep=Keeping())
    assert Bounds(messages=9, octets=BOUNDS.octets) == emulator.store.mail.bounds


def test_what_made_room_is_counted_and_named_in_errors(emulate: Emulate) -> None:
    emulator = emulate(settings=Settings(keep=Keeping(messages=1, events=3)))
    with closing(Controlled(emulator)) as controlled:
        for _ in range(2):
            send_directly(emulator.endpoints["mx"])
        status = send(controlled, "GET", "/status")

        assert (1, 1, 3) == (status["messages"], status["dropped_messages"], status["events"])
        assert status["last_event"] - 3 == status["dropped_events"]
        told = "\n".join(status_lines("http://127.0.0.1:1", status, {"listeners": []}))
        assert "1 kept, 1 older ones dropped to make room" in told
        for path, code in (("/messages/s-000001-1", 404), ("/messages?after=s-000001-1", 400)):
            error = send(controlled, "GET", path, status=code)
            assert "1 older ones made room for newer ones: serve --keep-messages" in str(error)


def test_a_bound_within_which_nothing_is_kept_is_refused() -> None:
    with pytest.raises(ValueError, match="keep: events = 0 is no bound; write a whole number, 1 or more"):
        Keeping(events=0)


WRITTEN = '[[tenant]]\nname = "contoso"\n[keep]\nmessages = {}\nevents = 20\n'


def test_a_world_file_says_what_is_kept() -> None:
    assert Keeping(messages=5, events=20) == parse_world(WRITTEN.format(5), "world").world.keep
    with pytest.raises(WorldFileError, match=r"keep\.messages: 0 is less than 1; write 1 or more"):
        parse_world(WRITTEN.format(0), "world")


def test_a_file_keeps_all_that_earlier_runs_left_in_it_unless_a_bound_is_asked_for(tmp_path: Path) -> None:
    with closing(SqliteMailStore(tmp_path / "mail.db")) as mail:
        assert Bounds(messages=None, octets=None) == mail.bounds == mail.usual.narrowed(Keeping(events=1))
        assert Bounds(messages=7, octets=None) == mail.usual.narrowed(Keeping(messages=7))


def test_serve_takes_bounds(authority: TestAuthority) -> None:
    asked = ("--keep-messages", "1", "--keep-mebibytes", "5", "--keep-events", "3")
    with Served("default", "--json", "--at", "2026-12-01", "--ca", str(authority.ca_file.parent), *asked) as served:
        for _ in range(2):
            send_directly(served.door("mx"))
        status = served.get("/status").json()

    assert (1, 1, 3) == (status["messages"], status["dropped_messages"], status["events"])
