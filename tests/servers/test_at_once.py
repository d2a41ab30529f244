"""Many sessions at once: the limit of three submissions, and the sameness of each session."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from relaylab.app.emulator import Emulator
from relaylab.store import as_json
from tests.clients.by_socket import MESSAGE, send_directly, signed_in
from tests.conftest import Emulate

SUBMITTED = "250 2.0.0 OK"


def test_a_fourth_submission_that_is_open_is_deferred_at_its_end(emulate: Emulate) -> None:
    emulator = emulate()
    wires = [signed_in(emulator.endpoints["submission"], emulator.ca_file) for _ in range(4)]
    for wire in wires:
        assert wire.begin_message("scanner@contoso.com", "helpdesk@contoso.com").startswith("354")
        wire.send(MESSAGE)

    fourth = wires[3].say(".")
    others = [wire.say(".")[: len(SUBMITTED)] for wire in wires[:3]]
    wires[3].begin_message("scanner@contoso.com", "helpdesk@contoso.com")
    again = wires[3].say(".")

    assert fourth.startswith("432 4.3.2 Concurrent connections limit exceeded.")
    assert [SUBMITTED] * 3 == others
    assert again.startswith(SUBMITTED)
    for wire in wires:
        wire.socket.close()


def test_a_mailbox_does_not_pay_for_another_that_submits_at_once(emulate: Emulate) -> None:
    emulator = emulate()
    where = emulator.endpoints["submission"]
    wires = [signed_in(where, emulator.ca_file) for _ in range(3)]
    for wire in wires:
        wire.begin_message("scanner@contoso.com", "helpdesk@contoso.com")

    with signed_in(
        emulator.endpoints["submission"], emulator.ca_file, "old-scanner@fabrikam.com", "fake-fabrikam-tray"
    ) as other:
        other.begin_message("old-scanner@fabrikam.com", "desk@fabrikam.com")
        other.send(b"From: <old-scanner@fabrikam.com>\r\n\r\n")
        assert other.say(".").startswith(SUBMITTED)
    for wire in wires:
        wire.socket.close()


def test_each_of_five_sessions_at_once_is_the_same_in_every_run(emulate: Emulate) -> None:
    first, second = emulate(), emulate()

    assert sessions_of_five_at_once(first) == sessions_of_five_at_once(second)


def sessions_of_five_at_once(emulator: Emulator) -> dict[str, list[str]]:
    """What the event log says of each session, without the numbers that tell how the five were interleaved."""
    with ThreadPoolExecutor(5) as threads:
        for sent in [threads.submit(send_directly, emulator.endpoints["mx"]) for _ in range(5)]:
            sent.result(60)
    sessions: dict[str, list[str]] = {}
    for entry in emulator.store.events:
        sessions.setdefault(entry.event.session, []).append(json.dumps(as_json(entry.event, 0)))
    return sessions
