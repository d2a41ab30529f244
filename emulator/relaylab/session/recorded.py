"""A dialogue that tells somebody what is said, line by line, and otherwise is the dialogue it wraps.

Laws of this module: no secret is told. What answers an AUTH prompt is hidden whole, the user name included, since
nobody knows what a client out of step sends there; so is a line that is no command, and the content of a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.dialogue import Line, Speaker
from relaylab.domain.identity import Mechanism
from relaylab.session.commands import FREE_OF_SECRETS, Command, Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaylab.domain.peer import ClientHello, TlsFacts
    from relaylab.session.moment import Moment
    from relaylab.session.turn import Dialogue, Turn

HIDDEN: Final = "(hidden)"
_LONGEST: Final = 512  # letters of a line that are told; RFC 5321 §4.5.3.1.5 has no longer reply line
_PROMPT: Final = b"334"  # RFC 4954 §4
_NAMED: Final = frozenset({Mechanism.LOGIN, Mechanism.PLAIN, Mechanism.XOAUTH2})


class Recorded:
    """Satisfies ``turn.Dialogue``; ``tell`` hears every line before it goes on the wire."""

    def __init__(self, dialogue: Dialogue, session: str, tell: Callable[[Line], None]) -> None:
        """Listen to a dialogue that is called ``session``."""
        self._dialogue = dialogue
        self._session = session
        self._tell = tell
        self._is_prompted = False

    @property
    def message_limit(self) -> int:
        """Octets of message content that are kept."""
        return self._dialogue.message_limit

    def greet(self, moment: Moment) -> Turn:
        """Tell the greeting."""
        return self._told(self._dialogue.greet(moment))

    def receive_line(self, line: bytes, moment: Moment) -> Turn:
        """Tell a line of the client, if it holds no secret, and the answer."""
        self._client(HIDDEN if self._is_prompted else shown(line))
        return self._told(self._dialogue.receive_line(line, moment))

    def receive_overlong_line(self, moment: Moment) -> Turn:
        """Tell that there was one."""
        self._client("(a line that is too long)")
        return self._told(self._dialogue.receive_overlong_line(moment))

    def client_hello(self, hello: ClientHello, moment: Moment) -> Turn:
        """Tell nothing: what came of it is told once the handshake has ended."""
        return self._told(self._dialogue.client_hello(hello, moment))

    def tls_established(self, tls: TlsFacts, moment: Moment) -> Turn:
        """Tell what the handshake agreed on."""
        asked_for = f", asked for {tls.sni}" if tls.sni else ""
        self._note(f"{tls.version}, {tls.cipher}{asked_for}")
        return self._told(self._dialogue.tls_established(tls, moment))

    def tls_failed(self, reason: str, moment: Moment) -> Turn:
        """Tell why."""
        self._note(f"the TLS handshake failed: {reason}")
        return self._told(self._dialogue.tls_failed(reason, moment))

    def receive_message(self, content: bytes | bytearray, moment: Moment) -> Turn:
        """Tell how much it was."""
        self._client(f"({len(content)} octets of message)")
        return self._told(self._dialogue.receive_message(content, moment))

    def receive_oversized_message(self, size: int, moment: Moment) -> Turn:
        """Tell how much it was."""
        self._client(f"({size} octets of message, more than are kept)")
        return self._told(self._dialogue.receive_oversized_message(size, moment))

    def receive_chunk(self, size: int, moment: Moment) -> Turn:
        """Tell how much it was."""
        self._client(f"({size} octets of a chunk)")
        return self._told(self._dialogue.receive_chunk(size, moment))

    def receive_oversized_chunk(self, size: int, moment: Moment) -> Turn:
        """Tell how much it was."""
        self._client(f"({size} octets of a chunk, more than are kept)")
        return self._told(self._dialogue.receive_oversized_chunk(size, moment))

    def time_out(self, lasted: float, moment: Moment) -> Turn:
        """Tell that nothing came for too long."""
        self._note("timed out")
        return self._told(self._dialogue.time_out(lasted, moment))

    def hung_up(self, why: str, moment: Moment) -> Turn:
        """Tell who went."""
        self._note(why)
        return self._told(self._dialogue.hung_up(why, moment))

    def _told(self, turn: Turn) -> Turn:
        for line in turn.data.splitlines():
            self._say(Speaker.SERVER, _printable(line.decode("utf-8", "backslashreplace")))
        if turn.data:
            self._is_prompted = turn.data.startswith(_PROMPT)
        return turn

    def _client(self, text: str) -> None:
        self._say(Speaker.CLIENT, text)

    def _note(self, text: str) -> None:
        self._say(Speaker.NOTE, text)

    def _say(self, speaker: Speaker, text: str) -> None:
        self._tell(Line(self._session, speaker, text))


def shown(line: bytes) -> str:
    """Give a client's line, outside AUTH, as it may be shown."""
    command = Command.parse(line)
    verb = command.verb
    if verb is Verb.GARBAGE:
        return "(octets that are no command)"
    if verb is Verb.UNKNOWN:
        return f"(an unknown command, {len(command.word)} letters)"
    if verb is Verb.AUTH:
        name, _, initial = command.argument.partition(" ")
        mechanism = name if Mechanism.named(name) in _NAMED or not name else "(another mechanism)"
        return " ".join(filter(None, [command.word, mechanism, HIDDEN if initial else ""]))
    if verb in FREE_OF_SECRETS or not command.argument:
        return _printable(f"{command.word} {command.argument}".rstrip())
    return f"{command.word} {HIDDEN}"


def _printable(text: str) -> str:
    """Write out what could steer a terminal, and cut what is long."""
    plain = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}... ({len(plain)} letters)"
