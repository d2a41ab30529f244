"""Golden dialogues: how one is written, and how it is played through a session.

A file has a head (``name: value``, a name may come again), then the dialogue. ``#`` begins a comment.

    at: 2025-11-23T11:12:20Z          the instant; the head may also have
    endpoint: mx | hve | acs_smtp | ... host: site: mailbox_server: session:   server names and session id
    client: 203.0.113.42                the client's public address
    world: tenant switch off            a name of tests.session.worlds.WORLDS
    reading: NAME=VALUE                 milestone: NAME=DATE
    tls: TLSv1.1                        of the handshake at "-- TLS"
    certificate: mail.contoso.com       the name on a client certificate; "untrusted" behind it: of a strange root
    legacy_host: yes                    tarpit: yes
    used: recipients a@contoso.com 10000    charged before the dialogue
    receipt: 097781BC157026369C79A4069      the draw for a message id that the server makes
    queued: 8 0.132307 8969 5286            the draws for a "Queued mail for delivery"
    covers: T4, CS-TX-01                what of the fact sheets is shown
    message:                            the message that "-- MESSAGE" and "-- BDAT" send, each line behind a bar
    | From: scanner@contoso.com

    S: 220 ...                          what the service must have said since the last S line, octet for octet;
                                        {space} is one at the end of a line
    C: EHLO device                      what the client says; {base64:...} is encoded, ^A in it is the octet 01, and
                                        {lf} is a bare line feed
    -- TLS                              the handshake
    -- AT 2025-11-23T11:12:25.300Z      time goes on
    -- IN TLS                           hello, STARTTLS, hello, all of it granted
    -- SIGNED IN AS a@contoso.com       the same, and a good AUTH LOGIN
    -- MESSAGE                          the message, after 354
    -- BDAT | -- BDAT LAST              the message as a chunk
    -- OVERSIZED 157286401              a message of that many octets, after 354
    -- LINE 2001                        a line of that many letters
    -- NOTHING                          the octets of a chunk of none
    -- AGAIN                            a new connection, as the head says; its greeting is not looked at
    -- REPEAT 200 RCPT TO:<a@b.example> the same line so many times; all answers must be alike, and count as one
    -- TIME OUT 601.8904373             the connection has lasted so long
    -- CLOSED                           the service has closed the connection
    -- KEPT 1                           so many messages are kept, reports included
    -- SHOWN FROM a@contoso.com         the sender that recipients of the first one see
    -- PLACED a@contoso.com inbox       where the copy for that recipient went
    -- REPORTED 5.1.10                  a report with this status is in the mailbox of its sender
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from relaylab.domain.certificate import ChainFault
from relaylab.domain.charge import Charge, Meter
from relaylab.domain.clock import parse_instant
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.message import Placement
from relaylab.domain.peer import TlsFacts
from relaylab.domain.randomness import Random
from relaylab.domain.reply import SessionNames
from relaylab.session.party import Party
from relaylab.session.turn import Then
from tests.builders import a_certificate
from tests.session.lines import MX_NAMES, SUBMISSION_NAMES, Lab, Line, base64
from tests.session.worlds import (
    APP,
    APP_PASSWORD,
    BULK,
    BULK_PASSWORD,
    ELSEWHERE,
    SCANNER,
    SCANNER_PASSWORD,
    WORLDS,
)

_PASSWORDS = {SCANNER: SCANNER_PASSWORD, APP: APP_PASSWORD, BULK: BULK_PASSWORD}
_BASE64 = re.compile(r"\{base64:([^}]*)\}")


@dataclass(frozen=True)
class Golden:
    """One file: its head, and the steps of its dialogue with their line numbers."""

    head: dict[str, tuple[str, ...]]
    message: bytes
    steps: tuple[tuple[int, str, str], ...]

    @property
    def covers(self) -> frozenset[str]:
        return frozenset(fact.strip() for line in self.head.get("covers", ()) for fact in line.split(","))

    def one(self, name: str, default: str = "") -> str:
        """Give a value of the head that comes once."""
        values = self.head.get(name, (default,))
        assert len(values) == 1, f"{name} comes {len(values)} times"
        return values[0]

    def pairs(self, name: str) -> dict[str, str]:
        """Give the values of the head that are pairs."""
        return dict(_pair(value, "=") for value in self.head.get(name, ()))


def read(file: Path) -> Golden:
    lines = list(enumerate(file.read_text(encoding="utf-8").splitlines(), 1))
    head: dict[str, tuple[str, ...]] = {}
    message = b""
    steps: list[tuple[int, str, str]] = []
    for number, line in lines:
        if not line or line.startswith("#"):
            continue
        if line.startswith("|"):
            message += line[1:].removeprefix(" ").encode() + b"\r\n"
        elif line.startswith(("S: ", "C: ", "-- ")) or line == "C:":
            steps.append((number, line[:2], line[3:]))
        elif not steps:
            name, value = _pair(line, ":")
            head[name] = (*head.get(name, ()), value)
        else:
            raise AssertionError(f"{file.name}:{number}: neither S, C nor --: {line!r}")
    return Golden(head, message, tuple(steps))


def _pair(text: str, separator: str) -> tuple[str, str]:
    name, found, value = text.partition(separator)
    assert found, text
    return name.strip(), value.strip()


class Receipt(Random):
    """Dice that are loaded for the words of a final 250."""

    def __init__(self, message_id: int, queued: list[float]) -> None:
        super().__init__(1)
        self._message_id = message_id
        self._queued = queued

    def getrandbits(self, k: int, /) -> int:
        """Throw what a receipt is made of: octets that are added, seconds, the halves of the queue's id; and an id."""
        thrown = super().getrandbits(k)
        if k != 196:
            return thrown
        if self._queued:
            octets, seconds, queue, number = (self._queued.pop(0) for _ in range(4))
            slices = (octets, (seconds - 0.08) / 0.52 * 0xFFFFFF, queue - 1_000, number - 1)
            thrown = sum(round(one) << 24 * place for place, one in enumerate(slices))
        return thrown & (1 << 96) - 1 | self._message_id << 96


class Player:
    """Plays a golden dialogue; what the service says is gathered until the dialogue looks at it."""

    def __init__(self, golden: Golden) -> None:
        self._golden = golden
        self.lab = Lab(
            WORLDS[golden.one("world", "contoso")](),
            at=parse_instant(golden.one("at")),
            readings=golden.pairs("reading"),
            milestones={name: parse_instant(date) for name, date in golden.pairs("milestone").items()},
        )
        for used in golden.head.get("used", ()):
            meter, owner, amount = used.split()
            self.lab.counters.apply(Charge(Meter(meter), owner, int(amount), self.lab.clock.now()))
        self.line = Line(self.lab, self._party())
        self._said = [self.line.wire.greeting]

    def _party(self) -> Party:
        golden = self._golden
        endpoint = Endpoint(golden.one("endpoint", "submission"))
        default = SUBMISSION_NAMES if endpoint is Endpoint.SUBMISSION else MX_NAMES
        dice = Receipt(int(golden.one("receipt", "0"), 16), [float(draw) for draw in golden.one("queued").split()])
        return self.lab.party(
            endpoint=endpoint,
            ip=golden.one("client", ELSEWHERE),
            names=SessionNames(
                golden.one("host", default.host),
                golden.one("site", default.site),
                golden.one("mailbox_server", default.mailbox_server),
                golden.one("session", default.session_id),
            ),
            chance=dice,
            tarpit=golden.one("tarpit", "no") == "yes",
            on_legacy_host=golden.one("legacy_host", "no") == "yes",
        )

    def play(self) -> None:
        """Go through the dialogue; raise AssertionError where the service departs from it."""
        expected: list[str] = []
        for number, who, what in self._golden.steps:
            if who == "S:":
                expected.append(what.replace("{space}", " "))
                continue
            self._compare(expected, number)
            if who == "C:":
                self._hear(self.line.wire.say(_BASE64.sub(_encoded, what).replace("{lf}", "\n")))
            else:
                self._follow(what)
        self._compare(expected, self._golden.steps[-1][0])
        assert not self._said, self._said

    def _hear(self, data: bytes) -> None:
        if data:
            self._said.append(data)

    def _compare(self, expected: list[str], number: int) -> None:
        """Compare what was said since the last S line, once the dialogue has said what it expects."""
        if expected:
            wanted = "".join(f"{line}\r\n" for line in expected)
            said = b"".join(self._said).decode()
            assert wanted == said, f"above line {number} it said {said}"
            expected.clear()
            self._said.clear()

    def _follow(self, direction: str) -> None:
        name = next(name for name in _DIRECTIONS if direction == name or direction.startswith(f"{name} "))
        _DIRECTIONS[name](self, direction[len(name) :].strip())

    # The directions, by name.

    def _tls(self, _: str) -> None:
        assert self.line.last.then is Then.START_TLS
        turn = self.line.session.tls_established(self._tls_facts(), self.lab.moment())
        self.line.wire.turns.append(turn)
        self.lab.apply(turn)
        self._hear(turn.data)

    def _at(self, instant: str) -> None:
        self.lab.clock.set(parse_instant(instant))

    def _in_tls(self, _: str) -> None:
        if self.line.last.data == self.line.wire.greeting:
            self._said.clear()
        self.line.secure(self._tls_facts())

    def _signed_in_as(self, user: str) -> None:
        self._in_tls("")
        assert self.line.sign_in(user, _PASSWORDS[user]) == "235 2.7.0 Authentication successful"

    def _message(self, _: str) -> None:
        assert self.line.last.then is Then.READ_MESSAGE
        self._hear(self.line.wire.message(self._golden.message))

    def _bdat(self, last: str) -> None:
        self._hear(self.line.wire.chunk(self._golden.message, last=last == "LAST"))

    def _nothing(self, _: str) -> None:
        assert self.line.last.then is Then.READ_CHUNK
        assert self.line.last.chunk == 0
        turn = self.line.session.receive_chunk(0, self.lab.moment())
        self.lab.apply(turn)
        self._hear(turn.data)

    def _again(self, _: str) -> None:
        self.line = Line(self.lab, self._party())
        self._said.clear()

    def _oversized(self, size: str) -> None:
        assert self.line.last.then is Then.READ_MESSAGE
        turn = self.line.session.receive_oversized_message(int(size), self.lab.moment())
        self.lab.apply(turn)
        self._hear(turn.data)

    def _line(self, length: str) -> None:
        self._hear(self.line.wire.say("x" * int(length)))

    def _repeat(self, value: str) -> None:
        times, _, line = value.partition(" ")
        answers = {self.line.wire.say(line) for _ in range(int(times))}
        assert len(answers) == 1, answers
        self._hear(answers.pop())

    def _time_out(self, lasted: str) -> None:
        turn = self.line.session.time_out(float(lasted), self.lab.moment())
        self.line.wire.turns.append(turn)
        self.lab.apply(turn)
        self._hear(turn.data)

    def _closed(self, _: str) -> None:
        assert self.line.is_closed

    def _kept(self, count: str) -> None:
        assert int(count) == len(self.lab.kept)

    def _shown_from(self, sender: str) -> None:
        assert sender == self.lab.kept[0].shown_from

    def _placed(self, value: str) -> None:
        recipient, place = value.split()
        assert place in {copy.placed for copy in self.lab.kept[0].copies if str(copy.recipient) == recipient}

    def _reported(self, status: str) -> None:
        message, report = self.lab.kept
        assert f"\r\nStatus: {status}\r\n".encode() in report.raw
        assert message.id == report.report_of
        assert message.envelope.mail_from is not None
        assert [(message.envelope.mail_from, Placement.INBOX)] == [(one.recipient, one.placed) for one in report.copies]

    def _tls_facts(self) -> TlsFacts:
        name, _, untrusted = self._golden.one("certificate").partition(" ")
        defect = ChainFault.UNTRUSTED_ROOT if untrusted else None
        shown = a_certificate(name, defect=defect) if name else None
        return TlsFacts(self._golden.one("tls", "TLSv1.3"), "TLS_AES_256_GCM_SHA384", "smtp.office365.com", shown)


_DIRECTIONS: dict[str, Callable[[Player, str], None]] = {
    "TLS": Player._tls,
    "AT": Player._at,
    "IN TLS": Player._in_tls,
    "SIGNED IN AS": Player._signed_in_as,
    "MESSAGE": Player._message,
    "BDAT": Player._bdat,
    "NOTHING": Player._nothing,
    "AGAIN": Player._again,
    "OVERSIZED": Player._oversized,
    "LINE": Player._line,
    "REPEAT": Player._repeat,
    "TIME OUT": Player._time_out,
    "CLOSED": Player._closed,
    "KEPT": Player._kept,
    "SHOWN FROM": Player._shown_from,
    "PLACED": Player._placed,
    "REPORTED": Player._reported,
}


def _encoded(text: re.Match[str]) -> str:
    return base64(text[1].replace("^A", "\x01"))
