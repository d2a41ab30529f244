"""A law over all listeners: each joins clock, reset, snapshot and readiness.

The listeners are those that a running emulator announces. A new kind needs an entry in ``ASKS``: how a client asks it
what time it is, and for an answer that is the same each time the emulator begins again. One that has none fails here,
by name; so does one without an entry in ``FAULTS``: what can be done wrong there, so that the client has no answer.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from string import ascii_lowercase
from typing import Any

import httpx
import jwt
import pytest

from relaylab.app.config import LoadedWorld, load_document, load_world
from relaylab.app.emulator import Emulator, Settings
from relaylab.app.faults import parse_spec
from relaylab.domain.clock import parse_instant
from relaylab.domain.event import Queried
from relaylab.servers.fleet import LISTENERS, Announced
from relaylab.servers.probes import _PROBES
from relaylab_certs import TestAuthority
from tests.clients.by_socket import Wire
from tests.conftest import WORLD_FILE
from tests.servers.dns_questions import code, over_udp

DECEMBER = parse_instant("2026-12-01")
JANUARY = parse_instant("2027-01-04")


APP = "a0000000-0000-4000-8000-0000000000aa"


def _world(**tables: object) -> LoadedWorld:
    """The small world, with an application in its first tenant, and more of its tables."""
    document: dict[str, Any] = json.loads(json.dumps(dict(load_world(WORLD_FILE).document), default=str))
    app = {"app_id": APP, "client_secret": "fake-secret", "roles": ["SMTP.SendAsApp"]}
    first = document["tenant"][0]
    first["accepted_domain"].append({"name": "wide-world.example"})  # its MX host is drawn from the seed
    first |= {"app_registration": [app], **tables}
    return load_document(document, "world")


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


def ask_entra(where: Announced, emulator: Emulator) -> Answer:
    """Get a token, whose claims have the instant and an id drawn for it."""
    trust = ssl.create_default_context(cafile=emulator.ca_file)
    form = {"client_id": APP, "client_secret": "fake-secret", "scope": "https://outlook.office365.com/.default"}
    with httpx.Client(verify=trust, trust_env=False) as http:
        url = f"https://localhost:{where.where.port}/contoso.onmicrosoft.com/oauth2/v2.0/token"
        answer = http.post(url, data={"grant_type": "client_credentials", **form})
    assert 200 == answer.status_code
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    # Entra dates a token five minutes back.
    return Answer(datetime.fromtimestamp(claims["iat"], UTC) + timedelta(minutes=5), json.dumps(claims))


def ask_dns(where: Announced, emulator: Emulator) -> Answer:
    """Ask which of the hosts that may be drawn for a domain with a hyphen there is; the log says when that was."""
    hosts = [f"wideworld-example01{letter}.mail.protection.outlook.com" for letter in ascii_lowercase]
    codes = [code(over_udp(where.where, host)) for host in hosts]
    last = [entry.event for entry in emulator.store.events if isinstance(entry.event, Queried)][-1]
    if "NOERROR" not in codes:
        raise ValueError("no host of the domain is there")
    return Answer(last.at, " ".join(codes))


Ask = Callable[[Announced, Emulator], Answer]

ASKS: Mapping[str, Ask] = {
    "submission": ask_smtp,
    "mx": ask_smtp,
    "hve": ask_smtp,
    "submission_legacy": ask_smtp,
    "acs_smtp": ask_smtp,
    "https": ask_entra,
    "dns": ask_dns,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """How a listener is made to fail, and how that ends."""

    begin: Callable[[Announced, Emulator], None]
    end: Callable[[Emulator], None]


def _greet_with_421(listener: Announced, emulator: Emulator) -> None:
    emulator.faults.add(parse_spec(f"{listener.key}=421connect"))


def _fail_to_answer(listener: Announced, emulator: Emulator) -> None:
    emulator.faults.add(parse_spec(f"{listener.key}=servfail"))


def _begin_again(emulator: Emulator) -> None:
    emulator.reset(at=DECEMBER)


def _fail_at_the_token_endpoint(_: Announced, emulator: Emulator) -> None:
    emulator.put(world=_world(token_fault=[{"kind": "unavailable"}]))


def _have_no_fault_in_the_world(emulator: Emulator) -> None:
    emulator.put(world=_world())


_OF_SMTP = Fault(_greet_with_421, _begin_again)
_OF_ENTRA = Fault(_fail_at_the_token_endpoint, _have_no_fault_in_the_world)  # a state of the world
FAULTS: Mapping[str, Fault] = {
    "submission": _OF_SMTP,
    "mx": _OF_SMTP,
    "hve": _OF_SMTP,
    "submission_legacy": _OF_SMTP,
    "acs_smtp": _OF_SMTP,
    "https": _OF_ENTRA,
    "dns": Fault(_fail_to_answer, _begin_again),
}


EVERYTHING = Settings(dns=True)


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
    """A fault acts there; what takes it away does, a snapshot brings it back, and no fault of another one acts."""
    fault = FAULTS[listener.key]
    elsewhere = next(one for one in emulator.listeners if one.key != listener.key)
    FAULTS[elsewhere.key].begin(elsewhere, emulator)
    unmoved = answers(ask, listener, emulator)
    FAULTS[elsewhere.key].end(emulator)
    fault.begin(listener, emulator)
    faulted, snapshot = answers(ask, listener, emulator), emulator.snapshot()
    fault.end(emulator)
    mended = answers(ask, listener, emulator)
    emulator.roll_back(snapshot)
    again = answers(ask, listener, emulator)
    fault.end(emulator)

    assert (True, False, True, False) == (unmoved, faulted, mended, again)


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
    law: Callable[[Ask, Announced, Emulator], None], authority: TestAuthority
) -> None:
    with Emulator(_world(), at=DECEMBER, seed=7, authority=authority, settings=EVERYTHING) as emulator:
        nobody_asks = sorted({one.key for one in emulator.listeners} - set(ASKS))
        assert [] == nobody_asks, f"{', '.join(nobody_asks)}: add how a client asks it to ASKS in this file"
        assert {*LISTENERS, "https"} == ASKS.keys() == FAULTS.keys()
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
        ports.add(int(emulator.https_url.rpartition(":")[2]))
        ports.add(emulator._fleet._name_server._tcp.sockets[0].getsockname()[1])  # type: ignore[union-attr]

        assert ports == {one.where.port for one in emulator.listeners}


def test_a_probe_sees_a_fault_and_uses_none_of_it_up(small_world: LoadedWorld, authority: TestAuthority) -> None:
    faults = ["mx=421connect,times=1", "dns=refused,times=1"]
    with Emulator(small_world, at=DECEMBER, authority=authority, faults=faults, settings=EVERYTHING) as emulator:
        ready = {one.listener.key: one.is_ready for one in emulator._call(emulator.ready()) if not one.listener.site}

        assert (False, False, True) == (ready["mx"], ready["dns"], ready["submission"])
        assert [0, 0] == [emulator.faults.used(fault.id) for fault in emulator.faults.faults]
