"""A law over all listeners: each joins clock, reset, snapshot and readiness.

The listeners are those that a running emulator announces. A new kind needs an entry in ``ASKS``: how a client asks it
what time it is, and for an answer that is the same each time the emulator begins again. One that has none fails here,
by name; so does one without an entry in ``FAULTS``: what can be done wrong there, so that the client has no answer.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from string import ascii_lowercase

import pytest

from relaylab.app.config import LoadedWorld, load_document
from relaylab.app.emulator import Emulator, Settings
from relaylab.app.faults import parse_spec
from relaylab.domain.clock import parse_instant
from relaylab.domain.event import Queried
from relaylab.servers.fleet import LISTENERS, Announced
from relaylab.servers.probes import _PROBES
from relaylab_certs import TestAuthority
from tests.clients.by_socket import Wire
from tests.servers.dns_questions import code, over_udp

DECEMBER = parse_instant("2026-12-01")
JANUARY = parse_instant("2027-01-04")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a listener told a client: the simulated instant it stands at, and its words."""

    instant: datetime
    words: str


def ask_smtp(where: Announced, emulator: Emulator) -> Answer:
    """Read the greeting, which ends with the instant and names a server drawn for the session."""
    with Wire(where.where) as wire:
        hello = wire.say("EHLO client.example")
    return Answer(parsedate_to_datetime(wire.greeting.partition(" ready at ")[2]), f"{wire.greeting}\n{hello}")


def ask_dns(where: Announced, emulator: Emulator) -> Answer:
    """Ask which of the hosts that may be drawn for a domain with a hyphen there is; the log says when that was."""
    hosts = [f"wideworld-example01{letter}.mail.protection.outlook.com" for letter in ascii_lowercase]
    codes = [code(over_udp(where.where, host)) for host in hosts]
    last = [entry.event for entry in emulator.store.events if isinstance(entry.event, Queried)][-1]
    if "NOERROR" not in codes:
        raise ValueError("no host of the domain is there")
    return Answer(last.at, " ".join(codes))


Ask = Callable[[Announced, Emulator], Answer]

ASKS: Mapping[str, Ask] = {"submission": ask_smtp, "mx": ask_smtp, "submission_legacy": ask_smtp, "dns": ask_dns}

FAULTS: Mapping[str, str] = {
    "submission": "421connect",
    "mx": "421connect",
    "submission_legacy": "421connect",
    "dns": "servfail",
}


EVERYTHING = Settings(dns=True)


@pytest.fixture
def hyphenated(small_world: LoadedWorld) -> LoadedWorld:
    """The small world, and a domain whose MX host is drawn from the seed."""
    document = deepcopy(small_world.document)
    first = document["tenant"][0]
    first["accepted_domain"].append({"name": "wide-world.example"})
    return load_document(document, "world")


def answers(ask: Ask, listener: Announced, emulator: Emulator) -> bool:
    """Whether the client gets what it asks for."""
    try:
        ask(listener, emulator)
    except (AssertionError, OSError, ValueError, TypeError):
        return False
    return True


def follows_travel(ask: Ask, listener: Announced, emulator: Emulator) -> None:
    """One call moves it, forwards and back."""
    seen = [ask(listener, emulator).instant]
    for instant in (JANUARY, DECEMBER):
        emulator.travel(instant)
        seen.append(ask(listener, emulator).instant)

    assert [DECEMBER, JANUARY, DECEMBER] == seen


def follows_reset(ask: Ask, listener: Announced, emulator: Emulator) -> None:
    """After a reset the first client hears what the first one heard."""
    emulator.reset(at=DECEMBER)
    first = ask(listener, emulator)
    ask(listener, emulator)

    emulator.reset(at=DECEMBER)

    assert first == ask(listener, emulator)


def follows_another_seed(ask: Ask, listener: Announced, emulator: Emulator) -> None:
    """What is drawn for a client is drawn from the seed of the reset."""
    emulator.reset(at=DECEMBER, seed=7)
    first = ask(listener, emulator)

    emulator.reset(at=DECEMBER, seed=8)

    assert first != ask(listener, emulator)


def follows_snapshot(ask: Ask, listener: Announced, emulator: Emulator) -> None:
    """Gone back, it says again what it said after the snapshot was taken."""
    ask(listener, emulator)
    snapshot = emulator.snapshot()
    first = ask(listener, emulator)
    emulator.travel(JANUARY)
    ask(listener, emulator)

    emulator.roll_back(snapshot)

    assert first == ask(listener, emulator)


def obeys_faults(ask: Ask, listener: Announced, emulator: Emulator) -> None:
    """A fault acts there; a reset takes it away, a snapshot brings it back, and no fault of another one acts."""
    elsewhere = next(key for key in FAULTS if key != listener.key)
    emulator.faults.add(parse_spec(f"{elsewhere}={FAULTS[elsewhere]}"))
    unmoved = answers(ask, listener, emulator)
    emulator.faults.add(parse_spec(f"{listener.key}={FAULTS[listener.key]}"))
    faulted, snapshot = answers(ask, listener, emulator), emulator.snapshot()
    emulator.reset(at=DECEMBER)
    reset = answers(ask, listener, emulator)
    emulator.roll_back(snapshot)

    assert (True, False, True, False) == (unmoved, faulted, reset, answers(ask, listener, emulator))


def is_proved_ready(ask: Ask, listener: Announced, emulator: Emulator) -> None:
    """Readiness asks it, and leaves no trace of that."""
    del ask
    assert listener.key in _PROBES, f"{listener.key} has no probe in servers/probes.py"
    events = len(emulator.store.events)

    ready = {one.listener: one.is_ready for one in emulator._call(emulator.ready())}

    assert ready[listener]
    assert events == len(emulator.store.events)


LAWS = (follows_travel, follows_reset, follows_another_seed, follows_snapshot, obeys_faults, is_proved_ready)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_every_listener_that_is_announced_keeps_the_law(
    law: Callable[[Ask, Announced, Emulator], None], hyphenated: LoadedWorld, authority: TestAuthority
) -> None:
    with Emulator(hyphenated, at=DECEMBER, seed=7, authority=authority, settings=EVERYTHING) as emulator:
        nobody_asks = sorted({one.key for one in emulator.listeners} - set(ASKS))
        assert [] == nobody_asks, f"{', '.join(nobody_asks)}: add how a client asks it to ASKS in this file"
        assert set(LISTENERS) == ASKS.keys() == FAULTS.keys()
        broken = {}
        for listener in emulator.listeners:
            try:
                emulator.reset(at=DECEMBER, seed=7)
                law(ASKS[listener.key], listener, emulator)
            except (AssertionError, OSError, ssl.SSLError) as error:
                broken[listener.name] = str(error)

    assert {} == broken


def test_all_that_is_announced_is_all_that_listens(small_world: LoadedWorld, authority: TestAuthority) -> None:
    with Emulator(small_world, at=DECEMBER, authority=authority, settings=EVERYTHING) as emulator:
        ports = {server.sockets[0].getsockname()[1] for server in emulator._fleet._servers}
        ports.add(emulator._fleet._name_server._tcp.sockets[0].getsockname()[1])  # type: ignore[union-attr]

        assert ports == {one.where.port for one in emulator.listeners}


def test_a_probe_sees_a_fault_and_uses_none_of_it_up(small_world: LoadedWorld, authority: TestAuthority) -> None:
    faults = ["mx=421connect,times=1", "dns=refused,times=1"]
    with Emulator(small_world, at=DECEMBER, authority=authority, faults=faults, settings=EVERYTHING) as emulator:
        ready = {one.listener.key: one.is_ready for one in emulator._call(emulator.ready()) if not one.listener.site}

        assert (False, False, True) == (ready["mx"], ready["dns"], ready["submission"])
        assert [0, 0] == [emulator.faults.used(fault.id) for fault in emulator.faults.faults]
