"""Our transport in aiosmtpd's controller."""

from __future__ import annotations

import smtplib
import ssl

import pytest

from relaylab.servers.controller import RelaylabController
from relaylab.servers.tls import ServerTls
from relaylab.session.moment import Moment
from relaylab.session.turn import Turn
from tests.servers.scripted import ScriptedDesk, ScriptedDialogue


@pytest.fixture
def desk(server_tls: ServerTls, monkeypatch: pytest.MonkeyPatch) -> ScriptedDesk:
    def greet(dialogue: ScriptedDialogue, moment: Moment) -> Turn:
        dialogue.note("greet")
        return Turn(b"220 scripted\r\n")

    def receive_line(dialogue: ScriptedDialogue, line: bytes, moment: Moment) -> Turn:
        if line.lower().startswith(b"ehlo"):
            return Turn(b"250-scripted\r\n250 STARTTLS\r\n")
        return scripted(dialogue, line.upper() if line.lower() in {b"data", b"quit"} else line, moment)

    scripted = ScriptedDialogue.receive_line
    monkeypatch.setattr(ScriptedDialogue, "greet", greet)
    monkeypatch.setattr(ScriptedDialogue, "receive_line", receive_line)
    return ScriptedDesk(server_tls)


def test_it_serves_a_message_from_its_own_thread_and_stops(desk: ScriptedDesk, client_tls: ssl.SSLContext) -> None:
    controller = RelaylabController(lambda: desk)
    controller.start()
    try:
        with smtplib.SMTP(controller.hostname, controller.port, local_hostname="client", timeout=10) as client:
            client.starttls(context=client_tls)
            client.sendmail("a@example.com", ["b@example.com"], "Subject: hello\r\n\r\n.dotted\r\n")
    finally:
        controller.stop()

    probe, dialogue = desk.dialogues
    assert [("greet",), ("hung up", "closed by the client")] == probe.heard
    assert ("message", b"Subject: hello\r\n\r\n.dotted\r\n") in dialogue.heard
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP(controller.hostname, controller.port)


def test_it_ends_open_connections_when_it_stops(desk: ScriptedDesk) -> None:
    controller = RelaylabController(lambda: desk)
    controller.start()
    client = smtplib.SMTP(controller.hostname, controller.port, timeout=10)
    controller.stop()

    assert ("hung up", "server stopping") == desk.dialogues[1].heard[-1]
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()
    client.close()


def test_what_makes_no_desk_does_not_start() -> None:
    def fail() -> ScriptedDesk:
        raise LookupError("no world")

    controller = RelaylabController(fail)
    with pytest.raises(LookupError, match="no world"):
        controller.start()
    controller.loop.close()  # aiosmtpd makes it with the controller


def test_it_serves_this_machine_only(desk: ScriptedDesk) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        RelaylabController(lambda: desk, "0.0.0.0")
