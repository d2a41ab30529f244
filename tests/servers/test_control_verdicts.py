"""The control plane: verdicts, their traces, what would have let them pass, and explanations."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from relaylab_conformance.explain.controlled import explain_for_control
from tests.clients.by_socket import Wire, send_directly
from tests.clients.controlled import Controlled
from tests.conftest import Emulate
from tests.servers.steering import send
from tests.store.builders import Noted


@pytest.fixture
def refused(controlled: Controlled) -> Controlled:
    """After a message that was accepted, and a scanner that was refused on the fourth of January."""
    send_directly(controlled.mx)
    controlled.put("/clock", {"now": "2027-01-04"})
    with Wire(controlled.emulator.endpoints["submission"]) as wire:
        wire.start_tls(controlled.emulator.ca_file)
        wire.log_in("scanner@contoso.com", "fake tray 2")
    return controlled


def test_verdicts_are_the_events_of_that_kind(refused: Controlled) -> None:
    events = refused.get("/events", kind="judged")["events"]

    verdicts = refused.get("/verdicts")

    assert 4 == len(verdicts["verdicts"])
    for event, verdict in zip(events, verdicts["verdicts"], strict=True):
        assert {key: event[key] for key in verdict} == verdict
    assert 0 == verdicts["missed"]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"effect": "refuse"}, 1),
        ({"effect": "admit"}, 3),
        ({"rule": "submission.auth.basic_auth_is_off_by_default"}, 1),
        ({"enhanced": "5.7.30"}, 1),
        ({"enhanced": "5.7.57"}, 0),
        ({"endpoint": "mx"}, 3),
        ({"session": "s-000002"}, 1),
        ({"limit": "2"}, 2),
    ],
)
def test_verdicts_can_be_filtered(filters: dict[str, str], count: int, refused: Controlled) -> None:
    assert count == len(refused.get("/verdicts", 200, **filters)["verdicts"])


def test_the_last_verdict_is_explained_with_its_trace(refused: Controlled) -> None:
    last = refused.get("/verdicts/last")

    rule = "submission.auth.basic_auth_is_off_by_default"
    assert (rule, "AUTH LOGIN") == (last["verdict"]["rule"], last["command"])
    assert f"Rule: {rule} (refuse)" in last["explanation"]
    assert [rule] == [step["rule"] for step in last["trace"] if step["outcome"] == "decided"]
    outcomes = {step["outcome"] for step in last["trace"]}
    assert {"decided", "passed", "not reached", "not in force"} == outcomes


def test_a_refusal_says_what_would_have_let_it_pass(refused: Controlled) -> None:
    passing = refused.get("/verdicts/last")["passing"]

    assert ["submission.auth.basic_auth_is_off_by_default"] == [one["rule"] for one in passing["obstacles"]]
    assert "tenant contoso" in passing["obstacles"][0]["fix"]
    assert (235, "2.7.0") == (passing["then"]["code"], passing["then"]["enhanced"])
    assert ("2026-12-31T00:00:00Z", None) == (passing["passed_until"], passing["passes_from"])


def test_a_verdict_is_found_by_the_number_of_its_event(refused: Controlled) -> None:
    (refusal,) = refused.get("/verdicts", effect="refuse")["verdicts"]

    assert refused.get("/verdicts/last") == refused.get(f"/verdicts/{refusal['seq']}")
    assert refused.get("/verdicts/2")["passing"] is None
    assert refused.get("/verdicts/last", effect="admit", endpoint="mx")["command"].startswith("end of data")


def test_the_trace_is_there_after_the_world_has_changed_and_after_a_return(refused: Controlled) -> None:
    before = refused.get("/verdicts/last")
    snapshot = send(refused, "POST", "/snapshots", status=201)["id"]

    refused.put("/world", refused.get("/world")["world"] | {"readings": {"basic_auth_refusal": "5.7.139"}})
    changed = refused.get("/verdicts/last")
    send(refused, "POST", "/reset")
    send(refused, "POST", f"/snapshots/{snapshot}/restore")

    assert before == changed == refused.get("/verdicts/last")


@pytest.mark.parametrize("number", ["0", "1", "999", "x", "-1", "9" * 30, "\N{ARABIC-INDIC DIGIT ONE}"])
def test_what_is_no_verdict_is_told_with_the_way_out(number: str, refused: Controlled) -> None:
    assert "GET /verdicts lists them" in refused.get(f"/verdicts/{number}", 404)["error"]


def test_the_last_verdict_is_looked_for_from_the_end_of_the_log(controlled: Controlled) -> None:
    made = list[str]()
    controlled.emulator.store.events.extend(Noted("before", made))
    send_directly(controlled.mx)

    assert controlled.get("/verdicts/last")["command"].startswith("end of data")
    assert [] == made


def test_without_a_verdict_there_is_no_last_one(controlled: Controlled) -> None:
    assert "send a message first" in controlled.get("/verdicts/last", 404)["error"]


def test_a_wrong_effect_is_refused_with_the_near_miss(controlled: Controlled) -> None:
    said = controlled.get("/verdicts", 400, effect="refused")["error"]

    assert "'refused' is no effect of verdict; use one of " in said
    assert said.endswith('; did you mean "refuse"?')


# Explanations --------------------------------------------------------------------------------------------------------


@pytest.fixture
def explaining(emulate: Emulate) -> Iterator[Controlled]:
    """A control plane as ``relaylab serve`` has it."""
    controlled = Controlled(emulate(), explain=explain_for_control)
    send_directly(controlled.mx)
    yield controlled
    controlled.close()


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("2", "mx answered at mail, 2026-12-01T00:00:00Z: 250 2.1.0 Sender OK"),
        ("1", '"kind": "connected"'),
        ("s-000001-1", "helpdesk@contoso.com: inbox"),
        ("mx.rcpt.recipient_is_unknown", "mx.rcpt.recipient_is_unknown"),
        ("5.7.30", "550 5.7.30 Basic authentication is not supported"),
        ("550 5.7.30 Basic authentication is not supported for Client Submission.", "5.7.30"),
    ],
)
def test_whatever_a_log_has_is_explained(what: str, told: str, explaining: Controlled) -> None:
    answer = explaining.get("/explain", what=what)

    assert told in answer["text"]
    assert answer["document"]


@pytest.mark.parametrize(
    ("what", "status", "said"),
    [
        ("", 400, "there is no what; ask for an event's number"),
        ("4711", 404, "no event or message is called '4711'; GET /events and GET /messages list them"),
        ("s-000009-1", 404, "no event or message is called"),
        ("mx.rcpt.recipient_is_unknwon", 404, 'did you mean "mx.rcpt.recipient_is_unknown"?'),
        ("5.7.999", 404, "of its family there are"),
    ],
)
def test_what_nobody_can_explain_is_told_with_the_way_out(
    what: str, status: int, said: str, explaining: Controlled
) -> None:
    assert said in explaining.get("/explain", status, what=what)["error"]


def test_without_the_catalogue_of_explanations_the_command_is_named(controlled: Controlled) -> None:
    said = controlled.get("/explain", 404, what="5.7.30")["error"]

    assert "'5.7.30' is no event or message; `relaylab explain` knows every rule, line and code" == said
