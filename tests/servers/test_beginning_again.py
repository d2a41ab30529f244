"""The emulator begins again: the same octets under the same seed, and nothing left of what was before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

import pytest

from relaylab.app.config import LoadedWorld
from relaylab.app.emulator import Emulator
from relaylab.domain.clock import parse_instant
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.peer import Peer
from relaylab.domain.randomness import Randomness
from relaylab.domain.reply import SessionNames
from relaylab.servers.house import Listener
from relaylab_certs import TestAuthority
from tests.clients.by_socket import MESSAGE, Wire, send_directly, signed_in
from tests.conftest import Emulate
from tests.servers.conftest import Play

DECEMBER = parse_instant("2026-12-01")
AFTER_THE_CUTOVER = parse_instant("2027-01-04")
SUBMITTED = "250 2.0.0 OK"
CLIENT = Peer(ip_address("203.0.113.9"))


def test_beginning_again_gives_the_same_octets_again(emulate: Emulate) -> None:
    emulator = emulate()

    first = everything_said(emulator)
    emulator.reset(at=DECEMBER)
    second = everything_said(emulator)

    assert first == second


def test_another_seed_gives_other_names(emulate: Emulate) -> None:
    assert everything_said(emulate(seed=7)) != everything_said(emulate(seed=8))


def test_a_session_has_the_names_of_its_number_and_seed_whatever_was_drawn_before(emulate: Emulate) -> None:
    house = emulate(seed=7).desk("mx").house

    def names(many: int) -> list[SessionNames]:
        moment = house.moment()
        return [house.party(Endpoint.MX, CLIENT, moment, listener=Listener()).names for _ in range(many)]

    first = names(70)
    house.begin_again(house.started, 20)
    of_number = names(20)
    house.randomness = Randomness(8)
    of_another_seed = names(1)
    house.randomness = Randomness(7)

    assert first[20:40] == of_number
    assert first[40:41] != of_another_seed
    assert first[41:] == names(29)
    assert 70 == len({one.host for one in first})


def test_beginning_again_forgets_mail_events_and_open_connections(emulate: Emulate) -> None:
    emulator = emulate()
    send_directly(emulator.endpoints["mx"])
    left_open = Wire(emulator.endpoints["mx"])

    emulator.reset()

    with left_open:
        assert b"" == left_open.rest()
    assert 0 == len(emulator.store.mail)
    assert 0 == len(emulator.store.events)
    with Wire(emulator.endpoints["mx"]):
        assert ["s-000001"] == [entry.event.session for entry in emulator.store.events]


def test_beginning_again_forgets_submissions_that_were_open(emulate: Emulate) -> None:
    emulator = emulate()
    wires = [signed_in(emulator.endpoints["submission"], emulator.ca_file) for _ in range(3)]
    for wire in wires:
        wire.begin_message("scanner@contoso.com", "helpdesk@contoso.com")

    emulator.reset()

    with signed_in(emulator.endpoints["submission"], emulator.ca_file) as fresh:
        fresh.begin_message("scanner@contoso.com", "helpdesk@contoso.com")
        fresh.send(MESSAGE)
        assert fresh.say(".").startswith(SUBMITTED)
    for wire in wires:
        wire.socket.close()


def test_beginning_again_takes_another_instant_world_reading_and_date(
    emulate: Emulate, small_world: LoadedWorld
) -> None:
    emulator = emulate()

    emulator.reset(
        at=AFTER_THE_CUTOVER,
        world=small_world,
        readings={"basic_auth_refusal": "5.7.139"},
        milestones={"basic_auth_off_by_default": parse_instant("2027-01-01")},
    )

    with Wire(emulator.endpoints["submission"]) as wire:
        wire.start_tls(emulator.ca_file)
        assert wire.log_in("scanner@contoso.com", "fake tray 2").startswith("535 5.7.139")


def test_a_wrong_reading_changes_nothing(emulate: Emulate) -> None:
    emulator = emulate()
    send_directly(emulator.endpoints["mx"])

    with pytest.raises(ValueError, match="basic_auth_refusal"):
        emulator.reset(at=AFTER_THE_CUTOVER, readings={"basic_auth_refusal": "5.7.31"})
    emulator.reset(milestones={})  # and what was wrong is not remembered

    assert DECEMBER == emulator.clock.now()


def test_several_may_ask_to_begin_again_at_once(emulate: Emulate) -> None:
    emulator = emulate()
    wires = [Wire(emulator.endpoints["mx"]) for _ in range(5)]

    with ThreadPoolExecutor(5) as threads:
        for asked in [threads.submit(emulator.reset) for _ in range(5)]:
            asked.result(60)

    assert 0 == len(emulator.store.events)
    for wire in wires:
        wire.socket.close()


def test_an_emulator_that_does_not_run_cannot_begin_again(small_world: LoadedWorld, authority: TestAuthority) -> None:
    emulator = Emulator(small_world, at=DECEMBER, authority=authority)

    with pytest.raises(RuntimeError, match="use it in a with block"):
        emulator.reset()


def test_beginning_again_from_its_own_loop_is_refused_and_not_waited_for(
    play: Play, small_world: LoadedWorld, authority: TestAuthority
) -> None:
    async def run() -> None:
        async with Emulator(small_world, at=DECEMBER, authority=authority) as emulator:
            with pytest.raises(RuntimeError, match=r"await begin_again\(\)"):
                emulator.reset()
            await emulator.begin_again(at=AFTER_THE_CUTOVER)
            assert AFTER_THE_CUTOVER == emulator.clock.now()

    play(run())


def everything_said(emulator: Emulator) -> str:
    """One session at the MX and one that is refused at client submission, word for word."""
    with Wire(emulator.endpoints["submission"]) as wire:
        wire.start_tls(emulator.ca_file)
        refused = wire.log_in("scanner@contoso.com", "fake tray 3")
        return "\n".join([send_directly(emulator.endpoints["mx"]), wire.greeting, refused])
