"""The control plane: a clock that is advanced, stands still and runs; beginning again with something new; the seed."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest

from relaylab.app.config import LoadedWorld
from relaylab.app.emulator import Emulator
from relaylab.domain.clock import ManualClock, iso, parse_instant
from relaylab_certs import TestAuthority
from tests.clients.by_socket import Wire, send_directly
from tests.clients.controlled import Controlled
from tests.servers.steering import send

STANDING = {"now": "2026-12-01T00:00:00Z", "rate": 1.0, "frozen": True}


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("30d", "2026-12-31T00:00:00Z"),
        ("+30d", "2026-12-31T00:00:00Z"),
        ("-12h", "2026-11-30T12:00:00Z"),
        ("1w2d3h4m5s", "2026-12-10T03:04:05Z"),
    ],
)
def test_the_clock_is_advanced_by_a_span(by: str, told: str, controlled: Controlled) -> None:
    assert {"now": told} == send(controlled, "POST", "/clock/advance", {"by": by})
    answer = controlled.client.get("/clock")
    assert (200, told) == (answer.status_code, iso(parsedate_to_datetime(answer.headers["date"])))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"by": "tomorrow"}, "'tomorrow' is not a span such as 30d, -12h or 1d12h; the units are w, d, h, m and s"),
        ({"by": "5"}, "is not a span"),
        ({"by": ""}, "is not a span"),
        ({"by": "1\u0663d"}, "is not a span"),
        ({"by": "999999999w"}, "choose a shorter span"),
        ({"by": "900000000d"}, "choose a shorter span"),
        ({"by": "-90000d"}, "choose 2020-10-01 or a later date"),
        ({"by": 30}, 'the body has no text "by"; send {"by": "30d"}'),
        ({"by": "30d", "of": 3}, '"of" is none of the fields of the body; they are by'),
        ({"bye": "30d"}, '"bye" is none of the fields of the body; did you mean "by"?'),
        ({}, 'the body has no text "by"'),
    ],
)
def test_a_wrong_span_is_refused_and_changes_nothing(body: object, said: str, controlled: Controlled) -> None:
    assert said in send(controlled, "POST", "/clock/advance", body, 400)["error"]
    assert STANDING == controlled.get("/clock/rate")


def test_the_clock_is_let_run_and_stopped(controlled: Controlled) -> None:
    running = controlled.put("/clock/rate", {"rate": 86400})
    stopped = send(controlled, "POST", "/clock/freeze")

    assert (86400.0, False) == (running["rate"], running["frozen"])
    assert (86400.0, True) == (stopped["rate"], stopped["frozen"])
    assert stopped == controlled.get("/clock/rate")
    assert "2026-12-01T00:00:00Z" < stopped["now"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"rate": 0}', "choose more than 0 and at most 31622400, or freeze it"),
        (b'{"rate": -5}', "choose more than 0"),
        (b'{"rate": 1e300}', "no number"),
        (b'{"rate": 40000000}', "a clock cannot run 4e+07 simulated seconds a second"),
        (b'{"rate": NaN}', "NaN is no number"),
        (b'{"rate": true}', 'the body has no number "rate"; send {"rate": 86400}'),
        (b'{"rate": "fast"}', 'the body has no number "rate"'),
    ],
)
def test_a_wrong_rate_is_refused_and_changes_nothing(body: bytes, said: str, controlled: Controlled) -> None:
    assert said in controlled.put("/clock/rate", body, 400)["error"]
    assert STANDING == controlled.get("/clock/rate")


@pytest.mark.parametrize(
    ("path", "body"), [("/clock", {"now": "2026-12-31"}), ("/clock", {}), ("/clock/advance", {"by": "30d"})]
)
def test_a_running_clock_is_sent_to_an_instant_and_stands_there_in_one_step(
    path: str, body: dict[str, str], controlled: Controlled
) -> None:
    controlled.put("/clock/rate", {"rate": 31_622_400})

    method = "POST" if path == "/clock/advance" else "PUT"
    told = send(controlled, method, path, body | {"frozen": True})

    assert {**told, "rate": 31_622_400.0, "frozen": True} == controlled.get("/clock/rate")
    if "now" in body:
        assert {"now": "2026-12-31T00:00:00Z"} == told


def test_the_clock_is_sent_to_an_instant_and_runs_from_there_in_one_step(controlled: Controlled) -> None:
    controlled.put("/clock", {"now": "2026-12-31", "rate": 2})

    running = controlled.get("/clock/rate")

    assert (2.0, False) == (running["rate"], running["frozen"])
    assert running["now"].startswith("2026-12-31T00:")


def test_a_clock_that_stood_still_runs_on_as_fast_as_it_ran(controlled: Controlled) -> None:
    controlled.put("/clock", {"rate": 3})
    controlled.put("/clock", {"frozen": True})

    controlled.put("/clock", {"frozen": False})

    running = controlled.get("/clock/rate")
    assert (3.0, False) == (running["rate"], running["frozen"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"now": "soon"}, "now: 'soon' is not a date or an instant"),
        ({"now": "2027-01-04", "rate": 0}, "choose more than 0 and at most 31622400, or freeze it"),
        ({"now": "2027-01-04", "rate": 3, "frozen": True}, "rate: a clock that stands still has none; give rate, or"),
        ({"now": "2027-01-04", "frozen": "yes"}, 'the body has no true or false "frozen"'),
        ({"now": "2019-01-01", "rate": 3}, "now: the rulebook knows nothing of 2019-01-01T00:00:00Z; choose"),
    ],
)
def test_a_clock_that_is_told_something_wrong_does_not_move(body: object, said: str, controlled: Controlled) -> None:
    assert said in controlled.put("/clock", body, 400)["error"]
    assert STANDING == controlled.get("/clock/rate")


def test_a_clock_that_can_only_be_set_says_so(small_world: LoadedWorld, authority: TestAuthority) -> None:
    clock = ManualClock(parse_instant("2026-12-01"))
    with Emulator(small_world, clock=clock, authority=authority) as emulator:
        controlled = Controlled(emulator)

        assert "start the emulator with at=" in controlled.put("/clock/rate", {"rate": 2}, 400)["error"]
        assert STANDING == controlled.get("/clock/rate")
        controlled.close()


# Beginning again, and the seed --------------------------------------------------------------------------------------


def test_a_reset_takes_another_world_instant_seed_reading_and_date(controlled: Controlled) -> None:
    world = controlled.get("/world")["world"]
    world["tenant"][0]["mailbox"].append({"address": "new@contoso.com"})
    body = {
        "world": world,
        "at": "2027-01-04",
        "seed": 11,
        "readings": {"basic_auth_refusal": "5.7.139"},
        "milestones": {"basic_auth_off_by_default": "2027-01-02", "basic_auth_removed": None},
    }

    answer = send(controlled, "POST", "/reset", body)

    assert {"now": "2027-01-04T00:00:00Z", "revision": 2} == answer
    assert {"seed": 11} == controlled.get("/seed")
    with Wire(controlled.emulator.endpoints["submission"]) as wire:
        wire.start_tls(controlled.emulator.ca_file)
        assert wire.log_in("scanner@contoso.com", "fake tray 2").startswith("535 5.7.139")
    with Wire(controlled.mx) as wire:
        wire.say("EHLO client.example")
        wire.say("MAIL FROM:<a@fabrikam.com>")
        assert wire.say("RCPT TO:<new@contoso.com>").startswith("250")
    assert "2027-01-02T00:00:00Z" == controlled.get("/status")["milestones"]["basic_auth_off_by_default"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"seeds": 1}, '"seeds" is none of the fields of the body; did you mean "seed"?'),
        ({"seed": 1.5}, 'the body has no whole number "seed"'),
        ({"seed": 10**30}, 'the body has no whole number "seed"'),
        ({"at": "soon"}, "at: 'soon' is not a date or an instant"),
        ({"now": "2026-12-01"}, '"now" is none of the fields of the body; they are world, at'),
        ({"at": "2019-01-01"}, "choose 2020-10-01 or a later date"),
        ({"readings": {"basic_auth_refusl": "5.7.30"}}, 'did you mean "basic_auth_refusal"?'),
        ({"readings": {"basic_auth_refusal": "5.7.31"}}, 'readings.basic_auth_refusal: "5.7.31" is not one of'),
        ({"readings": {"basic_auth_refusal": 5}}, "readings.basic_auth_refusal: is no text"),
        ({"milestones": {"basic_auth_of": None}}, "milestones.basic_auth_of: no milestone is named"),
        ({"milestones": {"basic_auth_removed": 5}}, "milestones.basic_auth_removed: is neither a date nor null"),
        ({"world": {"tenant": []}}, "world: tenant: is missing"),
        ({"world": []}, 'the body has no object "world"'),
    ],
)
def test_a_reset_with_something_wrong_changes_nothing(body: object, said: str, controlled: Controlled) -> None:
    send_directly(controlled.mx)

    assert said in send(controlled, "POST", "/reset", body, 400)["error"]
    assert 1 == len(controlled.get("/messages")["messages"])
    assert (1, 7) == (controlled.get("/world")["revision"], controlled.get("/seed")["seed"])


def test_another_seed_gives_the_next_session_other_names(controlled: Controlled) -> None:
    first = greeting(controlled)
    send(controlled, "POST", "/reset")
    controlled.put("/seed", {"seed": 8})
    other = greeting(controlled)
    send(controlled, "POST", "/reset", {"seed": 7})

    assert first != other
    assert first == greeting(controlled)


def greeting(controlled: Controlled) -> str:
    with Wire(controlled.mx) as wire:
        return wire.greeting
