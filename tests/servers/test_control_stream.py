"""The control plane: events as they happen, for readers that are quick, slow, late or gone."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from relaylab.app.emulator import Settings
from relaylab.domain.clock import parse_instant
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Closed
from relaylab.domain.keeping import Keeping
from relaylab.store import EventLog
from tests.clients.by_socket import send_directly
from tests.clients.controlled import Controlled
from tests.conftest import Emulate
from tests.servers.steering import server_sent

ONE_MESSAGE = ["connected", "judged", "attributed", "judged", "judged", "kept", "closed"]
A_LOT = 4000  # events of 5000 octets each: more than the buffers between two sockets hold


@pytest.fixture
def forgetful(emulate: Emulate) -> Iterator[Controlled]:
    """A control plane of an emulator whose log holds no more than a hundred events."""
    controlled = Controlled(emulate(settings=Settings(keep=Keeping(events=100))))
    yield controlled
    controlled.close()


@contextmanager
def following(
    controlled: Controlled, path: str = "/events/stream", **headers: str
) -> Iterator[Iterator[dict[str, str]]]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    with controlled.client.stream("GET", path, headers=given) as answer:
        assert 200 == answer.status_code
        assert "text/event-stream; charset=utf-8" == answer.headers["Content-Type"]
        yield server_sent(answer)


def take(events: Iterator[dict[str, str]], count: int) -> list[dict[str, str]]:
    return [next(events) for _ in range(count)]


def test_events_are_sent_as_they_happen_each_as_a_page_gives_it(controlled: Controlled) -> None:
    with following(controlled) as events:
        send_directly(controlled.mx)
        sent = take(events, len(ONE_MESSAGE))

    page = controlled.get("/events")["events"]
    assert ONE_MESSAGE == [event["event"] for event in sent]
    assert [str(event["seq"]) for event in page] == [event["id"] for event in sent]
    assert page == [json.loads(event["data"]) for event in sent]


def test_a_reader_begins_with_what_happens_from_then_on(controlled: Controlled) -> None:
    send_directly(controlled.mx)

    with following(controlled) as events:
        send_directly(controlled.mx)
        first = next(events)

    assert (str(len(ONE_MESSAGE) + 1), "connected") == (first["id"], first["event"])


def test_a_reader_that_comes_back_goes_on_behind_the_last_event_it_saw(controlled: Controlled) -> None:
    send_directly(controlled.mx)

    with following(controlled, "/events/stream?after=1", Last_Event_ID="5") as events:
        sent = take(events, 2)

    assert [("6", "kept"), ("7", "closed")] == [(event["id"], event["event"]) for event in sent]


def test_a_reader_of_another_process_begins_at_the_beginning(controlled: Controlled) -> None:
    send_directly(controlled.mx)

    with following(controlled, Last_Event_ID="4711") as events:
        assert "1" == next(events)["id"]


def test_a_stream_can_be_of_one_session_kind_and_endpoint(controlled: Controlled) -> None:
    with following(controlled, "/events/stream?session=s-000002&kind=kept&endpoint=mx") as events:
        send_directly(controlled.mx)
        send_directly(controlled.mx)
        sent = next(events)

    assert "s-000002-1" == json.loads(sent["data"])["message"]


def test_a_stream_goes_on_over_a_reset_and_a_return(controlled: Controlled) -> None:
    with following(controlled, "/events/stream?kind=kept") as events:
        send_directly(controlled.mx)
        first = next(events)
        snapshot = controlled.emulator.snapshot()
        send_directly(controlled.mx)
        second = next(events)
        controlled.emulator.roll_back(snapshot)
        send_directly(controlled.mx)
        third = next(events)

    messages = [json.loads(event["data"])["message"] for event in (first, second, third)]
    assert ["s-000001-1", "s-000002-1", "s-000002-1"] == messages
    assert int(first["id"]) < int(second["id"]) < int(third["id"])


@pytest.mark.parametrize(
    ("path", "header", "said"),
    [
        ("/events/stream?after=x", "", "after='x' is not the number of an event"),
        ("/events/stream?after=-1", "", "leave it out for what happens from now on"),
        ("/events/stream", "seven", "Last-Event-ID: 'seven' is not the number of an event"),
        ("/events/stream?kind=judge", "", "'judge' is no kind of event; use one of"),
        ("/events/stream?limit=5", "", "'limit' is no filter of events; use after, session, kind, endpoint"),
    ],
)
def test_a_wrong_stream_is_refused(path: str, header: str, said: str, controlled: Controlled) -> None:
    answer = controlled.client.get(path, headers={"Last-Event-ID": header} if header else {})

    assert 400 == answer.status_code
    assert said in answer.json()["error"]


def test_a_slow_reader_holds_nobody_up_and_is_told_how_many_it_missed(forgetful: Controlled) -> None:
    controlled = forgetful
    log = controlled.emulator.store.events
    with a_reader_that_does_not_read(controlled) as slow:
        controlled.in_loop(fill(log))
        assert "Queued mail for delivery" in send_directly(controlled.mx)
        assert A_LOT + len(ONE_MESSAGE) == controlled.get("/events", limit=0)["missed"] + len(log)

        heard = events_until(slow, last=A_LOT + len(ONE_MESSAGE))

    missed = [json.loads(event["data"])["missed"] for event in heard if event["event"] == "missed"]
    seen = [int(event["id"]) for event in heard if event["event"] != "missed"]
    assert sorted(set(seen)) == seen
    assert A_LOT + len(ONE_MESSAGE) == len(seen) + sum(missed)
    assert missed


def test_a_quick_reader_is_not_held_up_by_a_slow_one(forgetful: Controlled) -> None:
    controlled = forgetful
    with a_reader_that_does_not_read(controlled), following(controlled, "/events/stream?kind=kept") as events:
        controlled.in_loop(fill(controlled.emulator.store.events))
        send_directly(controlled.mx)

        kinds = [next(events)["event"]]
        while kinds[-1] != "kept":
            kinds.append(next(events)["event"])

    assert "kept" == kinds[-1]


def test_a_reader_that_goes_away_is_forgotten(controlled: Controlled) -> None:
    streams = controlled.server._streams
    with following(controlled) as events:
        send_directly(controlled.mx)
        next(events)
        assert 1 == len(streams._waiting)

    while streams._waiting:  # the loop hears of it in its own time
        send_directly(controlled.mx)
    assert () == controlled.emulator.store.events._listeners


def test_a_stream_ends_when_the_control_plane_does(emulate: Emulate) -> None:
    controlled = Controlled(emulate())
    with following(controlled) as events:
        controlled.in_loop(controlled.server.stop())

        assert [] == list(events)
    controlled.client.close()


def test_who_asks_for_the_head_of_a_stream_gets_no_more(controlled: Controlled) -> None:
    answer = controlled.client.head("/events/stream")

    assert (200, "text/event-stream; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])


@pytest.mark.clients
def test_curl_follows_the_stream(controlled: Controlled) -> None:
    if shutil.which("curl") is None:
        if os.environ.get("RELAYLAB_REQUIRE_CLIENTS") == "1":
            pytest.fail("curl is not installed")
        pytest.skip("curl is not installed")
    command = ["curl", "-sSN", "--noproxy", "*", "-H", f"Authorization: Bearer {controlled.server.token}"]
    with subprocess.Popen(
        [*command, f"{controlled.server.url}/events/stream?kind=kept"], stdout=subprocess.PIPE, text=True
    ) as curl:
        assert curl.stdout is not None
        assert curl.stdout.readline().startswith(": ")
        send_directly(controlled.mx)
        lines = [curl.stdout.readline().rstrip("\n") for _ in range(4)]
        curl.terminate()

    assert ["", "id: 6", "event: kept"] == lines[:3]
    assert "s-000001-1" == json.loads(lines[3].removeprefix("data: "))["message"]


async def fill(log: EventLog) -> None:
    """Log a lot; everybody else has a turn after each fifty."""
    for number in range(A_LOT):
        log.append(a_long_event())
        if number % 50 == 0:
            await asyncio.sleep(0)


def a_long_event() -> Closed:
    return Closed(at=parse_instant("2026-12-01"), session="s-999999", endpoint=Endpoint.MX, why="a long story " * 400)


@contextmanager
def a_reader_that_does_not_read(controlled: Controlled) -> Iterator[socket.socket]:
    """A connection that follows the stream, with as small a buffer as the system allows."""
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(60)
        slow.connect(controlled.address)
        token = controlled.server.token
        slow.sendall(
            f"GET /events/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        received = b""
        while b": events of relaylab follow" not in received:
            received += slow.recv(1)
        yield slow


def events_until(slow: socket.socket, last: int) -> list[dict[str, str]]:
    """Read at last, up to the event of that number."""
    received = bytearray()
    end = f"id: {last}\n".encode()
    while received.find(end, max(0, len(received) - 100_000)) < 0 or not received.endswith(b"\r\n"):
        more = slow.recv(65_536)
        assert more, "the stream ended"
        received += more
    # Chunks of HTTP stand between the lines: a size, then so many octets; the first has been read in part.
    text = b"".join(_chunks(bytes(received[received.index(b"\r\n") + 2 :])))
    return [
        dict(line.split(": ", 1) for line in block.split("\n"))
        for block in text.decode().split("\n\n")
        if block and not block.startswith(":")
    ]


def _chunks(octets: bytes) -> Iterator[bytes]:
    while octets:
        size, _, octets = octets.lstrip(b"\r\n").partition(b"\r\n")
        if not size:
            return
        yield octets[: int(size, 16)]
        octets = octets[int(size, 16) :]
