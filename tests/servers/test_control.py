"""The control plane: who may, time, mail and events; and what it refuses."""

from __future__ import annotations

import json

import httpx
import pytest

from relaylab.app.serving import Steered
from relaylab.servers.control import ControlServer
from relaylab.store import KINDS
from tests.clients.by_socket import MESSAGE, Wire, send_directly
from tests.clients.controlled import Controlled
from tests.conftest import Emulate

ROUTES = [
    ("GET", "/clock"),
    ("PUT", "/clock"),
    ("GET", "/messages"),
    ("GET", "/messages/s-000001-1/raw"),
    ("GET", "/events"),
    ("GET", "/world"),
    ("PUT", "/world"),
    ("POST", "/reset"),
    ("GET", "/faults"),
    ("POST", "/faults"),
    ("DELETE", "/faults"),
    ("DELETE", "/faults/f-1"),
]


# Who may -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_needs_the_token(method: str, path: str, controlled: Controlled) -> None:
    send_directly(controlled.mx)

    answer = httpx.request(method, controlled.server.url + path, trust_env=False)

    assert 401 == answer.status_code
    assert "Bearer" == answer.headers["WWW-Authenticate"]
    assert {"error": "the control plane needs its token; send the header Authorization: Bearer TOKEN"} == answer.json()
    assert 1 == len(controlled.emulator.store.mail)


@pytest.mark.parametrize("given", ["Bearer", "Bearer wrong", "Basic {token}", "{token}", "Bearer {token}x", "\xff"])
def test_nothing_but_the_token_will_do(given: str, controlled: Controlled) -> None:
    header = given.format(token=controlled.server.token).encode("latin-1")

    answer = httpx.get(controlled.server.url + "/clock", headers={b"Authorization": header}, trust_env=False)

    assert 401 == answer.status_code


def test_the_word_bearer_may_be_written_in_any_case(controlled: Controlled) -> None:
    answer = controlled.client.get("/clock", headers={"Authorization": f"bearer {controlled.server.token}"})

    assert 200 == answer.status_code


def test_each_control_plane_has_a_token_of_its_own(emulate: Emulate) -> None:
    steered = Steered(emulate())

    assert ControlServer(steered).token != ControlServer(steered).token


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/", 404, "/ is none of the routes; GET /openapi.json lists them"),
        ("GET", "/mesages", 404, '/mesages is none of the routes; did you mean "/messages"?'),
        ("GET", "/messages/a/b/c", 404, "/messages/a/b/c is none of the routes"),
        ("POST", "/clock", 405, "POST /clock is none of the routes; /clock takes GET, HEAD, PUT"),
        ("GET", "/reset", 405, "GET /reset is none of the routes; /reset takes POST"),
    ],
)
def test_a_wrong_path_or_method_is_told_with_the_way_out(
    method: str, path: str, status: int, said: str, controlled: Controlled
) -> None:
    answer = controlled.client.request(method, path)

    assert status == answer.status_code
    assert answer.json()["error"].startswith(said)


# Time ----------------------------------------------------------------------------------------------------------------


def test_the_clock_tells_the_simulated_instant(controlled: Controlled) -> None:
    assert {"now": "2026-12-01T00:00:00Z"} == controlled.get("/clock")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("2027-01-04", "2027-01-04T00:00:00Z"),
        ("2027-01-04T09:30:00Z", "2027-01-04T09:30:00Z"),
        ("2027-01-04T09:30:00+01:00", "2027-01-04T08:30:00Z"),
        ("2026-01-01", "2026-01-01T00:00:00Z"),
    ],
)
def test_the_clock_can_be_set(asked: str, told: str, controlled: Controlled) -> None:
    assert {"now": told} == controlled.put("/clock", {"now": asked})
    assert {"now": told} == controlled.get("/clock")


def test_open_sessions_see_another_instant_at_their_next_command(controlled: Controlled) -> None:
    with Wire(controlled.emulator.endpoints["submission"]) as wire:
        wire.start_tls(controlled.emulator.ca_file)

        controlled.put("/clock", {"now": "2027-01-04"})

        assert wire.log_in("scanner@contoso.com", "fake tray 2").startswith("550 5.7.30")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "the body is no JSON"),
        (b"{", "the body is no JSON"),
        (b'"2027-01-04"', "the body is JSON, but no object; send {...}"),
        (b"[" * 100_000, "the body is no JSON"),
        (b"\xff\xfe", "the body is no JSON"),
        (b"{}", 'the body is empty; send {"now": "2027-01-04T00:00:00Z"}, a rate, or frozen'),
        (b'{"now": null}', 'the body has no text "now"'),
        (b'{"now": 20270104}', 'the body has no text "now"'),
        (b'{"now": "tomorrow"}', "'tomorrow' is not a date or an instant such as 2027-01-04 or 2027-01-04T09:00:00Z"),
        (b'{"now": "2027-02-30"}', "is not a date or an instant such as 2027-01-04"),
        (b'{"now": "9999-12-31T23:59:59Z"}', "choose 2020-10-01 or a later date, before 3000"),
        (b'{"now": "2020-09-30"}', "choose 2020-10-01 or a later date, before 3000"),
        (b'{"now": "0001-01-01T00:00:00+14:00"}', "is not a date or an instant such as 2027-01-04"),
    ],
)
def test_a_wrong_instant_is_refused_and_changes_nothing(body: bytes, said: str, controlled: Controlled) -> None:
    assert said in controlled.put("/clock", body, 400)["error"]
    assert {"now": "2026-12-01T00:00:00Z"} == controlled.get("/clock")


# Mail ----------------------------------------------------------------------------------------------------------------


def test_messages_are_listed_without_their_bodies(controlled: Controlled) -> None:
    send_directly(controlled.emulator.sites["hq"].endpoints["mx"])

    (message,) = controlled.get("/messages")["messages"]

    expected = {
        "id": "s-000001-1",
        "endpoint": "mx",
        "tenant": "contoso",
        "site": "hq",
        "session": "s-000001",
        "accepted_at": "2026-12-01T00:00:00Z",
        "delivered_at": "2026-12-01T00:00:00Z",
        "mail_from": "a@fabrikam.com",
        "recipients": ["helpdesk@contoso.com"],
        "size": len(MESSAGE),
        "subject": "Scan",
        "message_id": None,
        "placed": {"helpdesk@contoso.com": "inbox"},
    }
    assert expected == {key: message[key] for key in expected}
    assert ("admit", None, "data") == tuple(message["verdict"][key] for key in ("effect", "rule", "stage"))
    assert "the end" not in json.dumps(message)


def test_the_content_of_a_message_is_given_octet_for_octet(controlled: Controlled) -> None:
    with Wire(controlled.mx) as wire:
        wire.say("EHLO client.example")
        wire.begin_message("a@fabrikam.com", "helpdesk@contoso.com")
        wire.send(b"From: a@fabrikam.com\r\nSubject: \xff\r\n\r\n..a dot\r\nbare\nfeed\0\r\n")
        wire.say(".")

    answer = controlled.client.get("/messages/s-000001-1/raw")

    assert 200 == answer.status_code
    assert "message/rfc822" == answer.headers["Content-Type"]
    assert b"From: a@fabrikam.com\r\nSubject: \xff\r\n\r\n.a dot\r\nbare\nfeed\0\r\n" == answer.content


def test_a_message_that_does_not_exist_is_told_with_the_way_out(controlled: Controlled) -> None:
    said = controlled.get("/messages/s-000009-1/raw", 404)["error"]

    assert "no message has the id 's-000009-1'; GET /messages lists them" == said


# Events --------------------------------------------------------------------------------------------------------------


KINDS_OF_A_MESSAGE = ["connected", "judged", "attributed", "judged", "judged", "kept", "closed"]


def test_events_are_given_in_pages(controlled: Controlled) -> None:
    send_directly(controlled.mx)
    everything = controlled.get("/events")["events"]

    pages, after = [], 0
    while (page := controlled.get("/events", after=after, limit=2))["events"]:
        pages.append(page["events"])
        after = page["through"]

    assert everything == [event for page in pages for event in page]
    assert {2} == {len(page) for page in pages[:-1]}
    assert list(range(1, len(everything) + 1)) == [event["seq"] for event in everything]
    assert KINDS_OF_A_MESSAGE == [event["kind"] for event in everything]


def test_events_tell_the_deciding_rule_and_its_source(controlled: Controlled) -> None:
    with Wire(controlled.mx) as wire:
        wire.say("EHLO client.example")
        wire.say("MAIL FROM:<a@fabrikam.com>")
        wire.say("RCPT TO:<nobody@contoso.com>")

    judged = controlled.get("/events", kind="judged")["events"]

    assert ["MAIL FROM:<a@fabrikam.com>", "RCPT TO:<nobody@contoso.com>"] == [event["command"] for event in judged]
    verdict = judged[-1]["verdict"]
    assert ("refuse", "mx.rcpt.recipient_is_unknown", "rcpt") == (verdict["effect"], verdict["rule"], verdict["stage"])
    assert (550, "5.4.1") == (verdict["reply"]["code"], verdict["reply"]["enhanced"])
    assert verdict["source"]["title"]
    assert "nobody@contoso.com" in verdict["fix"]


def test_events_can_be_filtered_by_session_and_kind(controlled: Controlled) -> None:
    send_directly(controlled.mx)
    send_directly(controlled.mx)

    events = controlled.get("/events", session="s-000002", kind="kept")["events"]

    assert [("s-000002", "s-000002-1")] == [(event["session"], event["message"]) for event in events]


def test_a_reader_at_the_end_of_the_log_stays_there(controlled: Controlled) -> None:
    send_directly(controlled.mx)
    through = controlled.get("/events")["through"]

    assert {"events": [], "through": through, "missed": 0} == controlled.get("/events", after=through)
    assert {"events": [], "through": 0, "missed": 0} == controlled.get("/events", limit=0)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"after": "-1"}, "after='-1' is not a whole number of 0 or more; leave it out for 0"),
        ({"after": "x"}, "after='x' is not a whole number"),
        ({"after": "\N{ARABIC-INDIC DIGIT ONE}"}, "is not a whole number"),
        ({"limit": "9" * 30}, "is not a whole number"),
        ({"limit": ""}, "limit='' is not a whole number of 0 or more; leave it out for 1000"),
        ({"kind": "judge"}, f"'judge' is no kind of event; use one of {', '.join(KINDS)}"),
        ({"sesion": "s-000001"}, "'sesion' is no filter of events; use after, limit, session, kind"),
    ],
)
def test_wrong_filters_are_refused(filters: dict[str, str], said: str, controlled: Controlled) -> None:
    assert said in controlled.get("/events", 400, **filters)["error"]
