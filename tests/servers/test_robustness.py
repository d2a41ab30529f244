"""Octets that are no SMTP end in the documented reply or a closed connection, and nobody else feels it."""

from __future__ import annotations

import socket
import threading

import pytest

from relaylab.app.emulator import Emulator
from relaylab.domain.event import BadInput, Closed, Event, TlsFailed
from relaylab.store import Entry
from tests.clients.by_socket import MESSAGE, RESET, Wire, signed_in
from tests.conftest import Emulate

GARBAGE = "500 5.3.3 Unrecognized command 'unknown'"


class Log:
    """What the log says of the second session, once its end is there."""

    def __init__(self, emulator: Emulator) -> None:
        self._events: list[Event] = []
        self._ended = threading.Event()
        emulator.store.events.subscribe(self._hear)

    def _hear(self, entry: Entry) -> None:
        if entry.event.session == "s-000002":
            self._events.append(entry.event)
            if isinstance(entry.event, Closed | TlsFailed):
                self._ended.set()

    def count(self, kind: type[BadInput | Closed | TlsFailed]) -> int:
        assert self._ended.wait(60)
        return sum(isinstance(event, kind) for event in self._events)


class Bystander:
    """Another session, in the middle of its message while something happens elsewhere."""

    def __init__(self, emulator: Emulator) -> None:
        self.wire = signed_in(emulator.endpoints["submission"], emulator.ca_file)
        self.wire.begin_message("scanner@contoso.com", "helpdesk@contoso.com")
        self.wire.send(MESSAGE)

    def finishes(self) -> bool:
        answer = self.wire.say(".")
        self.wire.socket.close()
        return answer.startswith("250 2.0.0 OK")


@pytest.mark.parametrize(
    ("octets", "answer"),
    [
        (b"EH\0LO x\r\n", GARBAGE),
        (b"EHLO a\nMAIL FROM:<a@b.example>\r\n", GARBAGE),
        (b"\xff\xfe\r\n", GARBAGE),
        (b"NOOP " + b"x" * 1_000_000 + b"\r\n", "500 5.5.2 Line too long"),
        (b"x" * 3_000 + b"\r\n", "500 5.5.2 Line too long"),
    ],
    ids=["NUL", "bare LF", "no UTF-8", "1 MB", "3 kB"],
)
def test_octets_that_are_no_command_are_answered_and_logged_once(octets: bytes, answer: str, emulate: Emulate) -> None:
    emulator = emulate()
    bystander, log = Bystander(emulator), Log(emulator)

    with Wire(emulator.endpoints["submission"]) as wire:
        wire.send(octets)
        heard = wire.reply()
        alive = wire.say("NOOP")
        wire.say("QUIT")

    assert heard.startswith(answer)
    assert "250 2.0.0 OK" == alive
    assert 1 == log.count(BadInput)
    assert bystander.finishes()


@pytest.mark.parametrize(
    "hello",
    [b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/1.1\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x28"],
    ids=["half a hello", "plain text", "an alert"],
)
def test_a_handshake_that_is_none_closes_the_connection_and_is_logged_once(hello: bytes, emulate: Emulate) -> None:
    emulator = emulate()
    bystander, log = Bystander(emulator), Log(emulator)

    with Wire(emulator.endpoints["submission"]) as wire:
        wire.say("EHLO x")
        wire.say("STARTTLS")
        wire.send(hello)
        wire.socket.shutdown(socket.SHUT_WR)
        wire.rest()

    assert 1 == log.count(TlsFailed)
    assert bystander.finishes()


def test_a_reset_in_the_middle_of_a_message_keeps_nothing(emulate: Emulate) -> None:
    emulator = emulate()
    bystander, log = Bystander(emulator), Log(emulator)
    wire = signed_in(emulator.endpoints["submission"], emulator.ca_file)
    wire.begin_message("scanner@contoso.com", "helpdesk@contoso.com")
    wire.send(MESSAGE)

    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    wire.socket.close()

    assert 1 == log.count(Closed)
    assert 0 == len(emulator.store.mail.messages())
    assert bystander.finishes()


def test_only_crlf_dot_crlf_ends_a_message(emulate: Emulate) -> None:
    emulator = emulate()
    smuggled = b"MAIL FROM:<ceo@contoso.com>\r\nRCPT TO:<helpdesk@contoso.com>\r\nDATA\r\n"

    with signed_in(emulator.endpoints["submission"], emulator.ca_file) as wire:
        wire.begin_message("scanner@contoso.com", "helpdesk@contoso.com")
        wire.send(MESSAGE + b"first\n.\n" + smuggled + b"second\n.\r\n" + b"third\r\n.\n")
        answer = wire.say("\r\n.")

    (message,) = emulator.store.mail.messages()
    assert answer.startswith("250 2.0.0 OK")
    assert smuggled in (emulator.store.mail.raw(message.id) or b"")


def test_ten_thousand_commands_in_one_go_get_ten_thousand_answers(emulate: Emulate) -> None:
    emulator = emulate()
    bystander = Bystander(emulator)

    with Wire(emulator.endpoints["submission"]) as wire:
        wire.send(b"NOOP\r\n" * 10_000)
        answers = {wire.reply() for _ in range(10_000)}

    assert {"250 2.0.0 OK"} == answers
    assert bystander.finishes()
