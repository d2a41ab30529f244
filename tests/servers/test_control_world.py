"""The control plane: the world, beginning again, and clients that behave badly."""

from __future__ import annotations

import logging
import socket
from copy import deepcopy

import pytest

from relaylab.app.emulator import Settings
from relaylab.app.serving import Steered
from relaylab.servers.control import ControlServer
from relaylab.servers.fleet import Listening
from tests.clients.by_socket import Wire, refuses_connections, send_directly
from tests.clients.controlled import Controlled
from tests.conftest import Emulate

# The world -----------------------------------------------------------------------------------------------------------


def test_the_world_is_given_as_it_was_written(controlled: Controlled) -> None:
    answer = controlled.get("/world")

    assert 1 == answer["revision"]
    assert controlled.emulator.document == answer["world"]
    assert ["contoso", "fabrikam", "northwind"] == [tenant["name"] for tenant in answer["world"]["tenant"]]


def test_another_world_is_seen_by_open_sessions_at_their_next_command(controlled: Controlled) -> None:
    world = controlled.get("/world")["world"]
    world["tenant"][0]["mailbox"].append({"address": "new@contoso.com"})

    with Wire(controlled.mx) as wire:
        wire.say("EHLO client.example")
        wire.say("MAIL FROM:<a@fabrikam.com>")
        before = wire.say("RCPT TO:<new@contoso.com>")
        answer = controlled.put("/world", world)
        after = wire.say("RCPT TO:<new@contoso.com>")

    assert before.startswith("550 5.4.1")
    assert after.startswith("250 2.1.5")
    assert {"revision": 2, "world": world} == answer


def test_a_new_site_gets_ports_of_its_own(controlled: Controlled) -> None:
    world = controlled.get("/world")["world"]
    world["site"].append({"name": "depot", "public_ip": "198.51.100.99"})

    controlled.put("/world", world)

    assert "Hello [198.51.100.99]" in send_directly(controlled.emulator.sites["depot"].endpoints["mx"])


def test_a_world_that_is_wrong_is_answered_with_all_its_problems_and_changes_nothing(controlled: Controlled) -> None:
    before = controlled.get("/world")
    world = deepcopy(before["world"])
    world["tenant"][0]["accepted_domain"][0]["domain_type"] = "Authoritive"
    world["tenant"][1]["mailbox"][0]["adress"] = "desk@fabrikam.com"
    world["site"][0]["public_ip"] = "203.0.113.420"

    problems = controlled.put("/world", world, 400)["error"].splitlines()

    beginnings = (
        'world: tenant[0].accepted_domain[0].domain_type: "Authoritive"',
        "world: tenant[1].mailbox[0].adress",
        'world: site[0].public_ip: "203.0.113.420"',
    )
    assert all(problem.startswith(start) for start, problem in zip(beginnings, problems, strict=True)), problems
    assert before == controlled.get("/world")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"tenant": {}}', b'{"tenant": [{"name": 5}]}', b"null"])
def test_what_is_no_world_is_refused_and_changes_nothing(body: bytes, controlled: Controlled) -> None:
    assert controlled.put("/world", body, 400)["error"]
    assert 1 == controlled.get("/world")["revision"]


def test_a_reading_that_does_not_exist_is_refused_and_changes_nothing(controlled: Controlled) -> None:
    world = controlled.get("/world")["world"] | {"readings": {"basic_auth_refusal": "5.7.31"}}

    assert "basic_auth_refusal" in controlled.put("/world", world, 400)["error"]
    assert 1 == controlled.get("/world")["revision"]


def test_a_site_whose_port_is_taken_is_refused_and_changes_nothing(emulate: Emulate) -> None:
    with socket.create_server(("127.0.0.8", 0)) as taken:
        port = taken.getsockname()[1]  # of the third site's MX
        controlled = Controlled(emulate(settings=Settings(host="127.0.0.8", port_base=port - 31)))
        world = controlled.get("/world")["world"]
        world["site"].append({"name": "depot", "public_ip": "198.51.100.99"})

        said = controlled.put("/world", world, 400)["error"]

        assert said.startswith(f"mx cannot listen on 127.0.0.8:{port}: ")
        assert 1 == controlled.get("/world")["revision"]
        assert refuses_connections(Listening("127.0.0.8", port - 1))  # what had begun to listen has stopped
    controlled.put("/world", world)
    assert "Hello [198.51.100.99]" in send_directly(Listening("127.0.0.8", port))
    controlled.close()


def test_a_body_that_is_too_large_is_refused(controlled: Controlled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relaylab.servers.control.call.LARGEST_BODY", 1000)

    assert "the body is larger than 1000 octets; send less" == controlled.put("/world", b"x" * 1001, 413)["error"]


# Beginning again -----------------------------------------------------------------------------------------------------


def test_a_reset_forgets_mail_and_events_and_ends_connections(controlled: Controlled) -> None:
    send_directly(controlled.mx)
    left_open = Wire(controlled.mx)
    controlled.put("/clock", {"now": "2027-01-04"})

    answer = controlled.client.post("/reset")

    assert {"now": "2027-01-04T00:00:00Z", "revision": 1} == answer.json()
    with left_open:
        assert b"" == left_open.rest()
    assert [] == controlled.get("/messages")["messages"]
    assert [] == controlled.get("/events")["events"]
    send_directly(controlled.mx)
    assert ["s-000001-1"] == [message["id"] for message in controlled.get("/messages")["messages"]]


def test_a_reset_does_not_give_a_number_of_an_event_twice(controlled: Controlled) -> None:
    send_directly(controlled.mx)
    through = controlled.get("/events")["through"]

    controlled.client.post("/reset")
    send_directly(controlled.mx)

    assert through < controlled.get("/events")["events"][0]["seq"]


# Robustness ----------------------------------------------------------------------------------------------------------


def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_error(
    controlled: Controlled, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_connection(controlled.address) as client:
        client.sendall(half_a_request(controlled))

    assert 1 == controlled.get("/world")["revision"]
    controlled.in_loop(controlled.server.stop())
    assert [] == [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_it_stops_without_waiting_for_a_client_that_never_finishes(
    emulate: Emulate, caplog: pytest.LogCaptureFixture
) -> None:
    controlled = Controlled(emulate())
    with socket.create_connection(controlled.address) as client:
        client.sendall(half_a_request(controlled))

        controlled.close()

    assert [] == [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_port_that_is_taken_is_named_with_the_way_out(emulate: Emulate) -> None:
    controlled = Controlled(emulate())
    host, port = controlled.address

    with pytest.raises(OSError, match=rf"control cannot listen on 127\.0\.0\.1:{port}: .*; choose another port base"):
        controlled.in_loop(ControlServer(Steered(controlled.emulator)).start(host, port))
    controlled.close()


def half_a_request(controlled: Controlled) -> bytes:
    """A request that announces more than it sends."""
    lines = (
        "PUT /world HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {controlled.server.token}",
        "Content-Length: 9",
    )
    return "\r\n".join((*lines, "", "{")).encode()
