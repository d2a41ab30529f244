"""An emulator goes back to what a snapshot noted, by the same octets, and a clock goes back without a riddle."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from relaylab.app.config import LoadedWorld
from relaylab.app.emulator import Emulator, Settings
from relaylab.app.faults import parse_spec
from relaylab.domain.clock import parse_instant
from relaylab.domain.event import Closed, Judged
from relaylab.servers.controller import RelaylabController
from relaylab_certs import TestAuthority
from tests.clients.by_socket import MESSAGE, Door, Wire, send_directly, signed_in
from tests.clients.controlled import Controlled
from tests.clients.served import Place
from tests.conftest import Emulate
from tests.servers.conftest import Play
from tests.servers.steering import send

AFTER_THE_CUTOVER = parse_instant("2027-01-04")
DECEMBER = parse_instant("2026-12-01")


def submit(emulator: Emulator, message: bytes = MESSAGE) -> str:
    with signed_in(emulator.endpoints["submission"], emulator.ca_file) as wire:
        wire.begin_message("scanner@contoso.com", "helpdesk@contoso.com")
        wire.send(message)
        return wire.say(".")


def ids(emulator: Emulator) -> list[str]:
    return [message.id for message in emulator.store.mail.messages()]


# Snapshots -----------------------------------------------------------------------------------------------------------


def test_what_is_sent_again_after_a_return_gets_the_same_octets_again(emulate: Emulate) -> None:
    emulator = emulate()
    submit(emulator)
    snapshot = emulator.snapshot()

    first = (submit(emulator), send_directly(emulator.endpoints["mx"]), ids(emulator))
    emulator.roll_back(snapshot)
    second = (submit(emulator), send_directly(emulator.endpoints["mx"]), ids(emulator))

    assert first == second


def test_everything_comes_back(emulate: Emulate, small_world: LoadedWorld) -> None:
    emulator = emulate(readings={"message_rate": "late_reply"}, settings=Settings(record=True))
    emulator.faults.add(parse_spec("mx=mail4xx,times=2"))
    submit(emulator)
    emulator.run(2)
    emulator.freeze()
    snapshot = emulator.snapshot()
    document, rulebook, clock = emulator.document, emulator.rulebook, emulator.clock_state
    events, faults = list(emulator.store.events), emulator.faults.faults
    said = emulator.dialogues.text() if emulator.dialogues else ""

    emulator.reset(
        at=AFTER_THE_CUTOVER,
        world=small_world,
        readings={"basic_auth_refusal": "5.7.139"},
        milestones={"basic_auth_removed": None},
        seed=99,
        tarpit=True,
    )
    emulator.roll_back(snapshot)

    assert (document, rulebook, clock) == (emulator.document, emulator.rulebook, emulator.clock_state)
    assert (7, {"message_rate": "late_reply"}, {}) == (emulator.seed, emulator.readings, emulator.milestones)
    assert ["s-000001-1"] == ids(emulator)
    assert MESSAGE == emulator.store.mail.raw("s-000001-1")
    assert events == list(emulator.store.events)
    assert faults == emulator.faults.faults
    assert emulator.dialogues is not None
    assert "C: DATA" in said
    assert said == emulator.dialogues.text()
    assert not emulator.snapshot().tarpit


def test_a_refusal_is_held_back_again_where_it_was(emulate: Emulate) -> None:
    emulator = emulate(settings=Settings(tarpit=True))
    snapshot = emulator.snapshot()
    emulator.reset(tarpit=False)

    emulator.roll_back(snapshot)

    assert emulator.desk("mx").house.tarpit


def test_a_clock_that_ran_runs_on_from_where_it_was(emulate: Emulate) -> None:
    emulator = emulate()
    emulator.run(3600)
    snapshot = emulator.snapshot()
    emulator.freeze()
    emulator.travel(AFTER_THE_CUTOVER)

    emulator.roll_back(snapshot)

    assert (3600.0, False) == (emulator.clock_state.rate, emulator.clock_state.frozen)
    assert DECEMBER < emulator.clock.now() < AFTER_THE_CUTOVER


def test_whoever_is_cut_off_by_a_new_beginning_is_told_of_it_as_such(emulate: Emulate) -> None:
    emulator = emulate()
    why: list[str] = []
    snapshot = emulator.snapshot()
    emulator.store.events.subscribe(
        lambda entry: why.append(entry.event.why) if isinstance(entry.event, Closed) else None
    )

    with Wire(emulator.endpoints["mx"]) as wire:
        emulator.reset()
        assert b"" == wire.rest()
    with Wire(emulator.endpoints["mx"]) as wire:
        emulator.roll_back(snapshot)
        assert b"" == wire.rest()

    assert ["begun again", "begun again"] == why


def test_connections_end_when_it_goes_back(emulate: Emulate) -> None:
    emulator = emulate()
    snapshot = emulator.snapshot()
    with signed_in(emulator.endpoints["submission"], emulator.ca_file) as wire:
        wire.begin_message("scanner@contoso.com", "helpdesk@contoso.com")

        emulator.roll_back(snapshot)

        assert b"" == wire.rest()
    assert [] == ids(emulator)
    assert 0 == emulator.connections
    assert submit(emulator).startswith("250 2.0.0 OK")


def test_quotas_stand_where_they_stood(emulate: Emulate) -> None:
    emulator = emulate(readings={"smart_lockout": "after_10"})
    submission = emulator.endpoints["submission"]
    fail_to_sign_in(emulator, 9)
    snapshot = emulator.snapshot()
    fail_to_sign_in(emulator, 2)
    with Wire(submission) as wire:
        wire.start_tls(emulator.ca_file)
        locked = wire.log_in("scanner@contoso.com", "fake tray 2")

    emulator.roll_back(snapshot)

    assert not locked.startswith("235")
    signed_in(submission, emulator.ca_file).socket.close()


def test_sites_that_came_later_keep_their_ports_as_nobody_s(emulate: Emulate, small_world: LoadedWorld) -> None:
    emulator = emulate()
    snapshot = emulator.snapshot()
    before = set(emulator.sites)

    emulator.roll_back(snapshot)

    assert before == set(emulator.sites)
    assert small_world.document == emulator.document


def test_a_return_of_mail_in_a_file_survives_the_end(
    small_world: LoadedWorld, authority: TestAuthority, tmp_path: Path
) -> None:
    settings = Settings(store=tmp_path / "mail.db")
    with Emulator(small_world, at=DECEMBER, authority=authority, settings=settings) as emulator:
        send_directly(emulator.endpoints["mx"])
        snapshot = emulator.snapshot()
        send_directly(emulator.endpoints["mx"])
        emulator.store.mail.delete("s-000001-1")
        emulator.roll_back(snapshot)

    with Emulator(small_world, at=DECEMBER, authority=authority, settings=settings) as again:
        assert ["s-000001-1"] == ids(again)
        assert MESSAGE == again.store.mail.raw("s-000001-1")


def test_it_goes_back_from_within_its_own_loop(play: Play, small_world: LoadedWorld, authority: TestAuthority) -> None:
    async def run() -> None:
        async with Emulator(small_world, at=DECEMBER, authority=authority) as emulator:
            snapshot = emulator.snapshot()
            emulator.travel(AFTER_THE_CUTOVER)
            with pytest.raises(RuntimeError, match=r"restore\(\)"):
                emulator.roll_back(snapshot)

            await emulator.restore(snapshot)

            assert DECEMBER == emulator.clock.now()
            assert all(one.is_ready for one in await emulator.ready())

    play(run())


# A clock that goes back -----------------------------------------------------------------------------------------------


def test_open_sessions_see_a_clock_that_went_back_at_their_next_command(emulate: Emulate) -> None:
    emulator = emulate("2027-01-04")
    with Wire(emulator.endpoints["submission"]) as wire:
        wire.start_tls(emulator.ca_file)
        refused = wire.log_in("scanner@contoso.com", "fake tray 2")
        emulator.travel(DECEMBER)
        taken = wire.log_in("scanner@contoso.com", "fake tray 2")

    assert refused.startswith("550 5.7.30")
    assert taken.startswith("235 2.7.0")


def test_what_was_charged_in_the_future_counts_again_when_it_is_reached_again(emulate: Emulate) -> None:
    emulator = emulate(readings={"smart_lockout": "after_10"})
    fail_to_sign_in(emulator, 10)

    emulator.advance(timedelta(days=-1))
    signed_in(emulator.endpoints["submission"], emulator.ca_file).socket.close()  # a day before: no failure yet

    emulator.advance(timedelta(days=1))
    with Wire(emulator.endpoints["submission"]) as wire:
        wire.start_tls(emulator.ca_file)
        assert not wire.log_in("scanner@contoso.com", "fake tray 2").startswith("235")


def test_kept_mail_keeps_its_instants_and_its_order_when_the_clock_goes_back(emulate: Emulate) -> None:
    emulator = emulate("2027-01-04")
    send_directly(emulator.endpoints["mx"])
    emulator.travel(DECEMBER)
    send_directly(emulator.endpoints["mx"])

    first, second = emulator.store.mail.messages()

    assert (AFTER_THE_CUTOVER, DECEMBER) == (first.accepted_at, second.accepted_at)
    assert (AFTER_THE_CUTOVER, DECEMBER) == (first.delivered_at, second.delivered_at)
    seqs = [entry.seq for entry in emulator.store.events]
    assert sorted(seqs) == seqs
    instants = [entry.event.at for entry in emulator.store.events if isinstance(entry.event, Judged)]
    assert {AFTER_THE_CUTOVER, DECEMBER} == set(instants)


def test_a_queue_of_the_future_holds_nothing_up_before_it(emulate: Emulate) -> None:
    emulator = emulate("2026-12-20")
    for _ in range(31):
        submit(emulator)
    emulator.travel(DECEMBER)

    submit(emulator)

    assert DECEMBER == emulator.store.mail.messages()[-1].delivered_at


@pytest.mark.parametrize(
    "by", [timedelta(days=-3000), timedelta(days=400_000), timedelta(days=-900_000), timedelta(days=900_000_000)]
)
def test_a_span_out_of_the_rulebook_is_refused_and_changes_nothing(by: timedelta, emulate: Emulate) -> None:
    emulator = emulate()

    with pytest.raises(ValueError, match="choose"):
        emulator.advance(by)
    assert DECEMBER == emulator.clock.now()


# Under aiosmtpd's controller -----------------------------------------------------------------------------------------


def test_a_listener_of_aiosmtpd_travels_and_goes_back_with_the_emulator(emulate: Emulate) -> None:
    emulator = emulate()
    controller = RelaylabController(lambda: emulator.desk("mx"))
    controller.start()
    where = Place(controller.hostname, controller.port)
    try:
        send_directly(where)
        snapshot = emulator.snapshot()
        first = send_directly(where)
        emulator.travel(AFTER_THE_CUTOVER)
        with Wire(where) as left_open:
            assert "4 Jan 2027" in left_open.greeting
            assert 1 == emulator.connections

            emulator.roll_back(snapshot)

            assert b"" == left_open.rest()
        assert first == send_directly(where)
        emulator.reset()
        assert 0 == len(emulator.store.events)
    finally:
        controller.stop()

    emulator.reset()  # and a listener that has stopped is not waited for


# By the control plane ------------------------------------------------------------------------------------------------


def test_a_snapshot_is_taken_listed_gone_back_to_and_deleted(controlled: Controlled) -> None:
    send_directly(controlled.mx)
    answer = controlled.client.post("/snapshots", json={"name": "one message"})
    send_directly(controlled.mx)
    controlled.put("/clock", {"now": "2027-01-04"})

    taken = answer.json()
    expected = {
        "id": "snapshot-1",
        "name": "one message",
        "now": "2026-12-01T00:00:00Z",
        "seed": 7,
        "messages": 1,
        "events": 7,
    }
    assert (201, "/snapshots/snapshot-1", expected) == (answer.status_code, answer.headers["Location"], taken)
    assert {"snapshots": [taken]} == controlled.get("/snapshots")
    assert taken == controlled.get("/snapshots/snapshot-1")
    back = send(controlled, "POST", "/snapshots/snapshot-1/restore")
    assert {"now": "2026-12-01T00:00:00Z", "revision": 2} == back
    assert 1 == len(controlled.get("/messages")["messages"])
    assert send(controlled, "DELETE", "/snapshots/snapshot-1", status=204) is None
    assert {"snapshots": []} == controlled.get("/snapshots")
    assert "snapshot-2" == send(controlled, "POST", "/snapshots", status=201)["id"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/snapshots/x"), ("DELETE", "/snapshots/x"), ("POST", "/snapshots/x/restore")]
)
def test_a_snapshot_that_does_not_exist_is_told_with_the_way_out(
    method: str, path: str, controlled: Controlled
) -> None:
    assert (
        "no snapshot has the id 'x'; GET /snapshots lists them" == send(controlled, method, path, status=404)["error"]
    )


def test_there_is_room_for_so_many_snapshots(controlled: Controlled) -> None:
    for _ in range(64):
        send(controlled, "POST", "/snapshots", status=201)

    assert "delete one first" in send(controlled, "POST", "/snapshots", status=409)["error"]


def fail_to_sign_in(emulator: Emulator, times: int) -> None:
    for _ in range(times):
        with Wire(_submission(emulator)) as wire:
            wire.start_tls(emulator.ca_file)
            wire.log_in("scanner@contoso.com", "not the password")


def _submission(emulator: Emulator) -> Door:
    return emulator.endpoints["submission"]
