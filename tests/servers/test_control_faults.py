"""Faults over the control plane: listed with their uses, added, taken away one by one or all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.by_socket import Wire
from tests.clients.controlled import Controlled
from tests.conftest import Emulate

FAULT = {"behaviour": "mail4xx", "scope": {"listener": "mx", "sender": "a@b.example"}, "times": 2, "for": "1h"}
SHOWN = {
    "id": "f-1",
    "behaviour": "mail4xx",
    "scope": {"listener": "mx", "sender": "a@b.example"},
    "times": 2,
    "until": "2026-12-01T01:00:00Z",
    "used": 0,
    "state": "stands",
    "implied": {},
}


@pytest.fixture
def controlled(emulate: Emulate) -> Iterator[Controlled]:
    controlled = Controlled(emulate())
    yield controlled
    controlled.close()


def post(controlled: Controlled, body: object, status: int = 201) -> dict[str, object]:
    answer = controlled.client.post("/faults", json=body)
    assert status == answer.status_code, answer.text
    document: dict[str, object] = answer.json()
    return document


def mail(controlled: Controlled) -> str:
    with Wire(controlled.mx) as wire:
        wire.say("EHLO a")
        return wire.say("MAIL FROM:<a@b.example>")[:3]


def test_a_fault_is_added_acts_and_is_listed_with_its_uses(controlled: Controlled) -> None:
    added = post(controlled, FAULT)
    said = [mail(controlled) for _ in range(3)]

    assert SHOWN == added
    assert ["432", "432", "250"] == said
    assert {"faults": [SHOWN | {"used": 2, "state": "used up"}]} == controlled.get("/faults")


def test_a_fault_ends_with_the_span_that_it_was_given(controlled: Controlled) -> None:
    post(controlled, FAULT)

    controlled.put("/clock", {"now": "2026-12-01T01:00:00Z"})

    assert "250" == mail(controlled)


def test_what_cannot_act_any_more_or_not_yet_is_told_from_what_stands(controlled: Controlled) -> None:
    for window in ({"until": "2026-11-01"}, {"since": "2026-12-24"}, {}):
        post(controlled, {"behaviour": "mail4xx"} | window)

    assert ["over", "to come", "stands"] == [one["state"] for one in controlled.get("/faults")["faults"]]


def test_what_holds_though_nobody_said_it_is_shown(controlled: Controlled) -> None:
    added = post(controlled, {"behaviour": "rcpt452"})

    assert {"nth": "2+"} == added["implied"]


def test_one_fault_is_taken_away_by_its_id(controlled: Controlled) -> None:
    post(controlled, FAULT)
    post(controlled, {"behaviour": "421connect", "scope": {"listener": "submission"}})

    answer = controlled.client.delete("/faults/f-1")

    assert (200, ["f-2"]) == (answer.status_code, [fault["id"] for fault in answer.json()["faults"]])
    assert "250" == mail(controlled)


def test_all_are_taken_away(controlled: Controlled) -> None:
    post(controlled, FAULT)

    assert {"faults": []} == controlled.client.delete("/faults").json()
    assert "250" == mail(controlled)


def test_an_id_that_is_not_there_is_told_so(controlled: Controlled) -> None:
    answer = controlled.client.delete("/faults/f-9")

    assert (404, {"error": "no fault has the id 'f-9'; GET /faults lists them"}) == (answer.status_code, answer.json())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"behaviour": "mail4x"}, 'behaviour: "mail4x" is not a behaviour; did you mean "mail4xx"?'),
        (
            {"behaviour": "mail4xx", "scope": {"site": "hqq"}},
            'site: "hqq" is not a site of this world; did you mean "hq"?',
        ),
        ({"behaviour": "mail4xx", "times": 0}, "times: 0 is not a whole number of 1 or more"),
        ({"fault": "mx=mail4xx"}, 'fault: is no key of a fault; write {"behaviour": "mail4xx", "scope": {"list'),
        ({"behavior": "mail4xx"}, 'behavior: is no key of a fault; did you mean "behaviour"?'),
        (
            {"behaviour": "mail4xx", "scope": {"session": "foo"}},
            'session: "foo" is no session; write its name',
        ),
        ({"behaviour": "mail4xx", "scope": {"host": "127.0.0.1"}}, 'host: "127.0.0.1" is an address, which no client'),
        ({"behaviour": "mail4xx", "scope": {"host": "*.contoso.com"}}, 'host: "*.contoso.com" is a pattern, which no'),
        ({"times": 3}, "behaviour: is missing; `relaylab faults` lists them"),
        ([], "the body is JSON, but no object"),
    ],
)
def test_what_is_wrong_is_refused_with_the_way_out_and_changes_nothing(
    body: object, said: str, controlled: Controlled
) -> None:
    assert said in str(post(controlled, body, 400)["error"])
    assert {"faults": []} == controlled.get("/faults")


def test_a_reset_forgets_what_was_added(controlled: Controlled) -> None:
    post(controlled, FAULT)

    controlled.client.post("/reset")

    assert {"faults": []} == controlled.get("/faults")


def test_what_a_fault_did_is_an_event_of_its_own_kind(controlled: Controlled) -> None:
    post(controlled, FAULT)
    mail(controlled)

    (event,) = controlled.get("/events", kind="faulted")["events"]

    assert ("f-1", "mail4xx", 432) == (event["fault"], event["behaviour"], event["reply"]["code"])
    assert "verdict" not in event
