"""The emulator as one object: how it starts, stops and travels."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

import pytest

from relaylab.app.config import LoadedWorld
from relaylab.app.emulator import Emulator, Settings
from relaylab.domain.clock import ManualClock, parse_instant
from relaylab.domain.event import Closed
from relaylab_certs import TestAuthority
from tests.clients.by_socket import MESSAGE, Wire, refuses_connections, send_directly, signed_in
from tests.conftest import Emulate
from tests.servers.conftest import Play

DECEMBER = parse_instant("2026-12-01")
AFTER_THE_CUTOVER = parse_instant("2027-01-04")
SUBMITTED = "250 2.0.0 OK"


def test_it_answers_inside_the_block_and_not_behind_it(emulate: Emulate, authority: TestAuthority) -> None:
    with Emulator(emulate().world, at=DECEMBER, authority=authority) as emulator:
        where = emulator.endpoints["submission"]
        with Wire(where) as wire:
            greeting = wire.greeting

    assert greeting.startswith("220 ")
    assert refuses_connections(where)


def test_it_serves_from_the_loop_it_is_entered_in(
    play: Play, small_world: LoadedWorld, authority: TestAuthority
) -> None:
    async def run() -> None:
        async with Emulator(small_world, at=DECEMBER, authority=authority) as emulator:
            where = emulator.endpoints["mx"]
            await asyncio.to_thread(send_directly, where)

            assert [len(MESSAGE)] == [kept.size for kept in emulator.store.mail.messages()]
        assert await asyncio.to_thread(refuses_connections, where)

    play(run())


def test_leaving_the_block_ends_open_connections(small_world: LoadedWorld, authority: TestAuthority) -> None:
    with Emulator(small_world, at=DECEMBER, authority=authority) as emulator:
        wire = Wire(emulator.endpoints["mx"])
        wire.say("EHLO client.example")
        wire.begin_message("a@fabrikam.com", "helpdesk@contoso.com")
        wire.send(b"half a message")

    with wire:
        assert b"" == wire.rest()
    assert ["server stopping"] == [
        entry.event.why for entry in emulator.store.events if isinstance(entry.event, Closed)
    ]
    assert 0 == len(emulator.store.mail)


def test_a_client_that_reads_nothing_does_not_hold_up_the_end(
    small_world: LoadedWorld, authority: TestAuthority
) -> None:
    with Emulator(small_world, at=DECEMBER, authority=authority) as emulator:
        where = emulator.endpoints["mx"]
        wire = Wire(where)
        wire.socket.setblocking(False)  # noqa: FBT003 - socket's signature
        with suppress(BlockingIOError):
            while True:
                wire.socket.send(b"HELP\r\n" * 10_000)

    assert refuses_connections(where)
    wire.socket.close()


def test_two_emulators_know_nothing_of_each_other(emulate: Emulate) -> None:
    before, after = emulate("2026-12-01"), emulate("2027-01-04", seed=8)

    with Wire(before.endpoints["submission"]) as one, Wire(after.endpoints["submission"]) as other:
        greetings = one.greeting, other.greeting
        one.start_tls(before.ca_file)
        other.start_tls(after.ca_file)
        said = [wire.log_in("scanner@contoso.com", "fake tray 2")[:10] for wire in (one, other)]

    assert ["235 2.7.0 ", "550 5.7.30"] == said
    assert "1 Dec 2026" in greetings[0]
    assert "4 Jan 2027" in greetings[1]
    assert {"s-000001"} == {entry.event.session for entry in before.store.events}
    assert {"s-000001"} == {entry.event.session for entry in after.store.events}


def test_a_port_that_is_taken_is_named_with_the_way_out(small_world: LoadedWorld, authority: TestAuthority) -> None:
    with socket.create_server(("127.0.0.9", 0)) as taken:
        port = taken.getsockname()[1]
        settings = Settings(host="127.0.0.9", port_base=port - 1)

        with (
            pytest.raises(OSError, match=f"mx cannot listen on 127.0.0.9:{port}.*choose another port base"),
            Emulator(small_world, at=DECEMBER, authority=authority, settings=settings),
        ):
            pass


def test_a_port_base_without_room_for_all_is_refused(small_world: LoadedWorld, authority: TestAuthority) -> None:
    with (
        pytest.raises(ValueError, match="mx would get port 65536; choose a port base from 1024 to 64535"),
        Emulator(small_world, at=DECEMBER, authority=authority, settings=Settings(port_base=65_535)),
    ):
        pass


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "localhost", "::1"])
def test_only_an_address_of_this_machine_alone_is_served(
    host: str, small_world: LoadedWorld, authority: TestAuthority
) -> None:
    with (
        pytest.raises(ValueError, match=r"relaylab serves this machine only; use 127\.0\.0\.1"),
        Emulator(small_world, at=DECEMBER, authority=authority, settings=Settings(host=host)),
    ):
        pass


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "give at="),
        ({"at": datetime(2027, 1, 4)}, "has no time zone"),  # noqa: DTZ001 - that is what is wrong
        ({"at": DECEMBER, "readings": {"basic_auth_refusal": "5.7.31"}}, "basic_auth_refusal"),
        ({"at": DECEMBER, "milestones": {"basic_auth_of": None}}, "basic_auth_of"),
    ],
)
def test_wrong_settings_are_refused_before_anything_listens(
    wrong: Mapping[str, object], said: str, small_world: LoadedWorld, authority: TestAuthority
) -> None:
    with pytest.raises(ValueError, match=said):
        Emulator(small_world, authority=authority, **wrong)  # type: ignore[arg-type]


def test_an_open_session_sees_another_instant_at_its_next_command(emulate: Emulate) -> None:
    emulator = emulate("2026-12-30T23:59:59")

    with Wire(emulator.endpoints["submission"]) as wire:
        wire.start_tls(emulator.ca_file)
        before = wire.log_in("scanner@contoso.com", "fake tray 2")
        emulator.travel(parse_instant("2026-12-31"))
        with Wire(emulator.endpoints["submission"]) as later:
            later.start_tls(emulator.ca_file)
            after = later.log_in("scanner@contoso.com", "fake tray 2")
        wire.begin_message("scanner@contoso.com", "helpdesk@contoso.com")
        wire.send(MESSAGE)
        kept = wire.say(".")

    assert before.startswith("235")
    assert after.startswith("550 5.7.30")
    assert kept.startswith(SUBMITTED)  # who is signed in already stays so
    assert ["2026-12-31"] == [f"{message.accepted_at:%Y-%m-%d}" for message in emulator.store.mail.messages()]


def test_travelling_back_is_allowed(emulate: Emulate) -> None:
    emulator = emulate("2027-01-04")

    emulator.travel(DECEMBER)

    with signed_in(emulator.endpoints["submission"], emulator.ca_file) as wire:
        assert "1 Dec 2026" in wire.greeting


@pytest.mark.parametrize("instant", ["2020-09-30T23:59:59", "3000-01-01"])
def test_an_instant_that_the_rulebook_does_not_support_is_refused(instant: str, emulate: Emulate) -> None:
    emulator = emulate()

    with pytest.raises(ValueError, match="choose 2020-10-01 or a later date, before 3000"):
        emulator.travel(parse_instant(instant))

    assert DECEMBER == emulator.clock.now()


def test_a_clock_can_be_handed_in(small_world: LoadedWorld, authority: TestAuthority) -> None:
    clock = ManualClock(AFTER_THE_CUTOVER)

    with Emulator(small_world, clock=clock, authority=authority) as emulator, Wire(emulator.endpoints["mx"]) as wire:
        assert "4 Jan 2027" in wire.greeting
