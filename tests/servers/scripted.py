"""A dialogue and a desk for the transport's tests: what a line does is written in the line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from relaylab.domain.handshake import Handshake
from relaylab.domain.peer import ClientHello, TlsFacts
from relaylab.servers.desk import StreamLimits
from relaylab.servers.tls import TlsServer
from relaylab.session.moment import Moment
from relaylab.session.turn import Dialogue, Then, Turn

A_MOMENT = cast("Moment", None)  # the transport only hands it on
GREETING = b"220 scripted\r\n"

ANSWERS = {
    b"DATA": (b"354", Then.READ_MESSAGE),
    b"STARTTLS": (b"220", Then.START_TLS),
    b"QUIT": (b"221", Then.CLOSE),
    b"DROP": (b"421", Then.CLOSE),
}

Heard = tuple[object, ...]


@dataclass(slots=True)
class ScriptedDialogue:
    """Obeys DATA, BDAT n, STARTTLS, QUIT, DROP (421), LONG n, SILENT and BUG; other lines get a reply.

    With SLOW before it, a line's reply is delayed. Every reply has the number of what it answers, and all that is heard
    is noted.
    """

    message_limit: int = 1000
    heard: list[Heard] = field(default_factory=list)
    greeting: Turn = field(default_factory=lambda: Turn(GREETING))
    raises_on: tuple[str, ...] = ()
    chunk: bytearray = field(default_factory=bytearray)

    def note(self, *what: object) -> None:
        self.heard.append(what)
        if what[0] in self.raises_on:
            raise RuntimeError(f"bug on {what[0]}")

    def greet(self, moment: Moment) -> Turn:
        self.note("greet")
        return self.greeting

    def receive_line(self, line: bytes, moment: Moment) -> Turn:
        self.note("line", line)
        verb, _, argument = line.partition(b" ")
        if verb == b"BUG":
            raise RuntimeError("bug on purpose")
        if verb == b"BDAT" and argument.isdigit():
            self.chunk = bytearray()
            return Turn(then=Then.READ_CHUNK, chunk=int(argument), onto=self.chunk)
        if verb == b"LONG" and argument.isdigit():
            return self.answer(b"250", b"x" * int(argument))
        if line == b"SILENT":
            return Turn()
        delay = 0.001 if verb.startswith(b"SLOW") else 0.0
        code, then = ANSWERS.get(line.removeprefix(b"SLOW"), (b"250", Then.READ_COMMAND))
        return self.answer(code, then=then, delay=delay)

    def answer(self, code: bytes, text: bytes = b"ok", *, then: Then = Then.READ_COMMAND, delay: float = 0.0) -> Turn:
        return Turn(b"%b %d %b\r\n" % (code, len(self.heard), text), then, delay=delay)

    def receive_overlong_line(self, moment: Moment) -> Turn:
        self.note("overlong line")
        return self.answer(b"500")

    def client_hello(self, hello: ClientHello, moment: Moment) -> Turn:
        self.note("client hello", hello)
        return Turn(then=Then.START_TLS)

    def tls_established(self, tls: TlsFacts, moment: Moment) -> Turn:
        self.note("tls established", tls)
        return Turn()

    def tls_failed(self, reason: str, moment: Moment) -> Turn:
        self.note("tls failed", reason)
        return Turn(then=Then.CLOSE)

    def receive_message(self, content: bytes | bytearray, moment: Moment) -> Turn:
        self.note("message", bytes(content))
        return self.answer(b"250", b"message")

    def receive_oversized_message(self, size: int, moment: Moment) -> Turn:
        self.note("oversized message", size)
        return self.answer(b"552", b"message")

    def receive_chunk(self, size: int, moment: Moment) -> Turn:
        assert size == len(self.chunk)
        self.note("chunk", bytes(self.chunk))
        return self.answer(b"250", b"chunk")

    def receive_oversized_chunk(self, size: int, moment: Moment) -> Turn:
        self.note("oversized chunk", size)
        return self.answer(b"552", b"chunk")

    def time_out(self, lasted: float, moment: Moment) -> Turn:
        self.note("time out", lasted)
        return self.answer(b"421", b"time out", then=Then.CLOSE)

    def hung_up(self, why: str, moment: Moment) -> Turn:
        self.note("hung up", why)
        return Turn(then=Then.CLOSE)


@dataclass(slots=True)
class ScriptedDesk:
    """Opens scripted dialogues and remembers them, and every turn it was asked to keep.

    Segments that are ``known`` are answered without a dialogue.
    """

    tls: TlsServer
    limits: StreamLimits = field(default_factory=StreamLimits)
    message_limit: int = 1000
    raises_on: tuple[str, ...] = ()
    dialogues: list[ScriptedDialogue] = field(default_factory=list)
    applied: list[Turn] = field(default_factory=list)
    known: dict[bytes, Turn] = field(default_factory=dict)

    def open(self, remote: tuple[str, int], moment: Moment) -> ScriptedDialogue:
        if "open" in self.raises_on:
            raise RuntimeError("bug on open")
        dialogue = ScriptedDialogue(self.message_limit, raises_on=self.raises_on)
        self.dialogues.append(dialogue)
        return dialogue

    def faulty_tls(self, handshake: Handshake) -> TlsServer:
        return self.tls

    def moment(self) -> Moment:
        return A_MOMENT

    def apply(self, turn: Turn) -> None:
        self.applied.append(turn)

    def again(self, dialogue: Dialogue, segment: bytes) -> Turn | None:
        return self.known.get(segment)

    @property
    def heard(self) -> list[Heard]:
        """What the only dialogue heard, the greeting left out."""
        (dialogue,) = self.dialogues
        return dialogue.heard[1:]
