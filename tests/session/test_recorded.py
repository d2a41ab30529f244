"""What is told of a dialogue, and what is not."""

from __future__ import annotations

from base64 import b64encode

import pytest

from relaylab.domain.dialogue import Line
from relaylab.session.recorded import Recorded, shown
from relaylab.session.smtp import SmtpSession
from relaylab.session.wire import Wire
from tests.session.lines import LETTER, Lab, base64, bearer
from tests.session.worlds import APP, SCANNER, SCANNER_PASSWORD, TOKEN


class Listening:
    """A session, the wire to it, and what is told of it."""

    def __init__(self) -> None:
        self.lab = Lab()
        self.told: list[Line] = []
        party = self.lab.party()
        self.wire = Wire(Recorded(SmtpSession(party), party.label, self.told.append), self.lab.moment, self.lab.apply)

    def in_tls(self) -> Wire:
        self.wire.say("EHLO client.example")
        self.wire.start_tls()
        self.wire.say("EHLO client.example")
        self.told.clear()
        return self.wire

    @property
    def text(self) -> str:
        return "\n".join(map(str, self.told))


def test_lines_are_told_as_golden_dialogues_write_them() -> None:
    listening = Listening()
    listening.wire.say("EHLO client.example")
    listening.wire.start_tls()

    assert listening.text.startswith("S: 220 DS7PR03CA0257.outlook.office365.com Microsoft ESMTP MAIL Service ready")
    assert "C: EHLO client.example\nS: 250-" in listening.text
    assert listening.text.endswith(
        "C: STARTTLS\nS: 220 2.0.0 SMTP server ready\n-- TLSv1.3, TLS_AES_256_GCM_SHA384, asked for smtp.office365.com"
    )


def test_what_answers_a_prompt_is_hidden_whole() -> None:
    listening = Listening()
    wire = listening.in_tls()
    wire.say("AUTH LOGIN")
    wire.say(base64(SCANNER))
    wire.say(base64(SCANNER_PASSWORD))

    hidden = "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: (hidden)\nS: 334 UGFzc3dvcmQ6\nC: (hidden)\nS: 235 2.7.0 "
    assert listening.text.startswith(hidden)


def test_an_initial_response_is_hidden() -> None:
    listening = Listening()
    listening.in_tls().say(f"AUTH XOAUTH2 {bearer(APP, TOKEN)}")

    assert listening.text.startswith("C: AUTH XOAUTH2 (hidden)\nS: 235 2.7.0 ")


@pytest.mark.parametrize(
    "line",
    [
        b64encode(b"fake-password"),  # of a client that goes on after AUTH was refused
        b"AUTH fake-password",
        b"AUTH PLAIN " + b64encode(b"\0user\0fake-password"),
        b"QUIT fake-password",
        b"VRFY fake-password",
        b"fake-password fake-password",
        b"\xff\xfefake-password",
    ],
)
def test_no_line_outside_a_prompt_shows_a_secret_either(line: bytes) -> None:
    assert "fake" not in shown(line)
    assert b64encode(b"fake-password").decode() not in shown(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"mail from:<a@b.example> SIZE=3", "mail from:<a@b.example> SIZE=3"),
        (b"RCPT TO:<a@b.example>", "RCPT TO:<a@b.example>"),
        (b"AUTH", "AUTH"),
        (b"auth login dXNlcg==", "auth login (hidden)"),
        (b"AUTH CRAM-MD5", "AUTH (another mechanism)"),
        (b"XCLIENT ADDR=1", "(an unknown command, 7 letters)"),
        (b"NOOP", "NOOP"),
        (b"EHLO " + b"x" * 600, "EHLO " + "x" * 507 + "... (605 letters)"),
        ("EHLO a\u202eb".encode(), "EHLO a\\u202eb"),
    ],
)
def test_what_is_no_secret_is_shown_and_steers_no_terminal(line: bytes, expected: str) -> None:
    assert expected == shown(line)


def test_of_a_message_the_size_is_told() -> None:
    listening = Listening()
    wire = listening.in_tls()
    wire.say(f"AUTH XOAUTH2 {bearer(APP, TOKEN)}")
    wire.say(f"MAIL FROM:<{APP}>")
    wire.say(f"RCPT TO:<{SCANNER}>")
    wire.say("DATA")
    wire.message(LETTER)

    assert f"C: ({len(LETTER)} octets of message)\nS: 250 2.0.0 OK " in listening.text
    assert "Page 1" not in listening.text


def test_the_end_is_told() -> None:
    listening = Listening()
    session = listening.wire
    session.say("QUIT")

    assert listening.text.endswith("C: QUIT\nS: 221 2.0.0 Service closing transmission channel")


def test_listening_changes_nothing_that_is_said_or_kept() -> None:
    plain, listening = Lab(), Listening()
    line = plain.connect()
    said = [line.wire.greeting]
    heard = [listening.wire.greeting]
    for wire, words in ((line.wire, said), (listening.wire, heard)):
        words += [wire.say(text) for text in ("EHLO a.example", "AUTH LOGIN", "nonsense", "MAIL FROM:<x@y.example>")]

    assert said == heard
    assert plain.events == listening.lab.events
