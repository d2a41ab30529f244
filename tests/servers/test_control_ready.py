"""The control plane: how the emulator stands, and the proof that every listener answers."""

from __future__ import annotations

import asyncio
import socket

import pytest

from relaylab.app.emulator import Settings
from relaylab.servers import probes
from relaylab.servers.fleet import Announced, Listening
from tests.clients.by_socket import Wire, send_directly
from tests.clients.controlled import Controlled
from tests.conftest import Emulate
from tests.servers.steering import send

KEYS = ["submission", "mx", "hve", "submission_legacy"]


def test_the_status_tells_how_it_stands(controlled: Controlled) -> None:
    send_directly(controlled.mx)
    with Wire(controlled.mx):
        status = controlled.get("/status")

    expected = {
        "revision": 1,
        "tenants": ["contoso", "fabrikam", "northwind"],
        "clock": {"now": "2026-12-01T00:00:00Z", "rate": 1.0, "frozen": True},
        "seed": 7,
        "phase": None,
        "milestones": {},
        "messages": 1,
        "events": 8,
        "last_event": 8,
        "connections": 1,
        "faults": [],
        "snapshots": 0,
        "ca_file": str(controlled.emulator.ca_file),
    }
    assert expected == {key: status[key] for key in expected}
    assert "5.7.30" == status["readings"]["basic_auth_refusal"]
    of_smtp = [(key, site) for site in (None, "hq", "shop") for key in KEYS]
    assert [*of_smtp, ("https", None)] == [(one["listener"], one["site"]) for one in status["listeners"]]


def test_every_listener_is_proved_by_a_real_connection(controlled: Controlled) -> None:
    answer = controlled.get("/ready")

    assert answer["ready"]
    assert 13 == len(answer["listeners"])
    for one in answer["listeners"]:
        assert (True, "TLSv1.3", None) == (one["ready"], one["tls"], one["why"])
    for one in answer["listeners"][:-1]:
        assert one["greeting"].startswith("220 ")
        assert "Tue, 1 Dec 2026 00:00:00 +0000" in one["greeting"]
    assert ("https", "HTTP/1.1 200 OK") == (answer["listeners"][-1]["listener"], answer["listeners"][-1]["greeting"])
    assert controlled.emulator.is_ready()


def test_who_asks_changes_nothing_for_who_sends(emulate: Emulate) -> None:
    asked, left_alone = Controlled(emulate()), Controlled(emulate())
    for _ in range(3):
        asked.get("/ready")

    assert [] == asked.get("/events")["events"]
    assert send_directly(asked.mx).split("\n")[0] == send_directly(left_alone.mx).split("\n")[0]
    assert left_alone.get("/events") == asked.get("/events")
    asked.close()
    left_alone.close()


def test_a_listener_that_does_not_answer_is_named(controlled: Controlled) -> None:
    mx = controlled.emulator.sites["hq"].endpoints["mx"]
    (server,) = [one for one in controlled.emulator._fleet._servers if one.sockets[0].getsockname()[1] == mx.port]

    async def close() -> None:
        server.close()

    controlled.in_loop(close())

    answer = controlled.get("/ready", 503)

    assert not answer["ready"]
    assert "not every listener is ready: mx of site hq: " in answer["error"]
    assert [("mx", "hq")] == [(one["listener"], one["site"]) for one in answer["listeners"] if not one["ready"]]
    assert not controlled.emulator.is_ready()


def test_a_fault_that_stands_where_a_listener_is_not_ready_is_named(controlled: Controlled) -> None:
    for scope in ({"listener": "mx", "site": "hq"}, {"listener": "submission"}):
        send(controlled, "POST", "/faults", {"behaviour": "421connect", "scope": scope}, 201)
    send(controlled, "POST", "/faults", {"behaviour": "421connect", "until": "2026-11-01"}, 201)

    answer = controlled.get("/ready", 503)

    (mx,) = [one for one in answer["listeners"] if (one["listener"], one["site"]) == ("mx", "hq")]
    assert mx["why"].endswith("; fault f-1 (421connect) stands there")
    assert answer["error"].endswith("; DELETE /faults takes every fault away")
    assert ["f-1", "f-2", "f-3"] == [one["id"] for one in controlled.get("/status")["faults"]]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "it closed where a 220 was due"),
        (b"421 too busy\r\n", "it said '421 too busy' where a 220 was due"),
        (b"220 hello\r\n500 what\r\n", "it said '500 what' where a 250 was due"),
        (b"220 hello\r\n250-STARTTLS\r\n250 STARTTLS\r\n220 go\r\nno TLS", ""),
    ],
)
def test_what_is_no_listener_of_ours_is_told_from_one(said: bytes, why: str, emulate: Emulate) -> None:
    emulator = emulate()
    with socket.create_server(("127.0.0.1", 0)) as other:
        listener = Announced("mx", None, Listening("127.0.0.1", other.getsockname()[1]))

        async def probe() -> probes.Probed:
            asked = asyncio.create_task(probes.probe([listener], emulator._house, emulator.ca_file))
            client, _ = await asyncio.to_thread(other.accept)
            with client:
                client.sendall(said)
                client.shutdown(socket.SHUT_WR)
                (found,) = await asked
            return found

        found = asyncio.run(probe())

    assert not found.is_ready
    assert why in found.why
    assert set() == emulator._house.probes


def test_a_listener_that_nobody_knows_how_to_ask_is_not_ready(emulate: Emulate) -> None:
    emulator = emulate()
    listener = Announced("gopher", None, emulator.endpoints["mx"])

    (found,) = asyncio.run(probes.probe([listener], emulator._house, emulator.ca_file))

    assert "add it to servers/probes.py" in found.why


def test_listeners_at_another_address_are_proved_too(emulate: Emulate) -> None:
    assert emulate(settings=Settings(host="127.0.0.8")).is_ready()
