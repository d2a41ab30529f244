"""Replies as values: a template with the source of its wording, a reply made from it, and its form on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from http import HTTPStatus
from operator import itemgetter
from string import Formatter
from typing import TYPE_CHECKING

from relaylab.domain.clock import as_utc
from relaylab.domain.noun import noun

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relaylab.domain.codes import EnhancedCode, ReplyCode
    from relaylab.domain.source import Source


class Trailer(Enum):
    """What stands behind the text of a reply."""

    NONE = "none"
    FRONT_END = "front end"  # [HOST TIME SESSION], facts CS-SFX-01 and MX-FMT-03
    BEHIND_FRONT_END = "behind the front end"  # three of them, the mailbox server's first, fact MX-FMT-05
    MAILBOX_SERVER = "mailbox server"  # [Hostname=...], fact CS-SFX-03


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """A text the service can say, with blanks in braces, and where the wording is written.

    ``slow`` marks the replies that the service holds back for five seconds (fact CS-CMD-13). A text of several lines
    is separated by newlines.
    """

    name: str
    code: ReplyCode | HTTPStatus
    enhanced: EnhancedCode | None
    text: str
    source: Source
    trailer: Trailer = Trailer.NONE
    slow: bool = False
    has_blanks: bool = field(init=False, repr=False, compare=False)  # words are needed to make the reply
    start: str = field(init=False, repr=False, compare=False)  # what the last line begins with
    _pattern: str = field(init=False, repr=False, compare=False)  # the text, with %s for each of its blanks
    _words: Callable[[Mapping[str, str]], object] = field(init=False, repr=False, compare=False)  # takes those for them
    _form: str = field(init=False, repr=False, compare=False)  # that on the wire, but for a trailer
    _plain: Reply = field(init=False, repr=False, compare=False)  # the reply, where no word is needed
    wire: bytes = field(init=False, repr=False, compare=False)  # that on the wire; empty where a word or name is needed

    def __post_init__(self) -> None:
        """Make what is the same for every reply: a template is filled many times for each message."""
        enhanced = f"{self.enhanced} " if self.enhanced else ""
        pieces = [(text, name) for text, name, _, _ in Formatter().parse(self.text)]
        pattern = (text.replace("%", "%%") + ("" if name is None else "%s") for text, name in pieces)
        object.__setattr__(self, "_pattern", "".join(pattern))
        blanks = [name for _, name in pieces if name is not None]
        object.__setattr__(self, "_words", itemgetter(*blanks) if blanks else None)
        object.__setattr__(self, "has_blanks", bool(blanks))
        object.__setattr__(self, "start", f"{self.code:d} {enhanced}")
        object.__setattr__(self, "_plain", Reply(self, "".join(text for text, _ in pieces)))
        object.__setattr__(self, "_form", _lines(self, self._pattern).decode())
        is_fixed = self.trailer is Trailer.NONE and not self.has_blanks
        object.__setattr__(self, "wire", _lines(self, self._plain.text) if is_fixed else b"")

    def fill(self, **words: str) -> Reply:
        """Make the reply; raise KeyError when a blank has no word."""
        return self.fill_from(words) if self.has_blanks else self._plain

    def fill_from(self, words: Mapping[str, str]) -> Reply:
        """Make the reply with words that are looked up one by one; raise KeyError when a blank has none."""
        if not self.has_blanks:
            return self._plain
        return Reply(self, self._pattern % self._words(words))

    def write(self, *words: str) -> bytes:
        """Write a reply without a trailer as it goes on the wire; its words, of a line each, in their order."""
        return (self._form % words).encode()

    @property
    def codes(self) -> str:
        """What people call it by: ``550 5.7.62``."""
        return f"{int(self.code)} {self.enhanced}" if self.enhanced else f"{int(self.code)}"

    def __str__(self) -> str:
        """Give the line without its trailer, blanks still open."""
        enhanced = f"{self.enhanced} " if self.enhanced else ""
        return f"{int(self.code)} {enhanced}{self.text}"


@dataclass(frozen=True, slots=True)
class OAuthError(ReplyTemplate):
    """An error of Entra: its AADSTS number, and the words that a client program acts on (fact OA-ES-01).

    ``asks_for_claims`` marks those that a policy gives, which name it in ``claims``. ``word_reading`` is the reading
    whose value stands in place of ``error``, where sources differ.
    """

    error: str = "invalid_request"
    number: int = 0
    suberror: str = ""
    asks_for_claims: bool = False
    word_reading: str = ""


@noun()
class Reply:
    """One answer, complete but for the trailer, which needs the session's names and the instant."""

    template: ReplyTemplate
    text: str

    @property
    def code(self) -> ReplyCode | HTTPStatus:
        """The three digits."""
        return self.template.code

    @property
    def enhanced(self) -> EnhancedCode | None:
        """The enhanced status code, where the reply has one."""
        return self.template.enhanced

    @property
    def line(self) -> str:
        """The first line without trailer: ``550 5.7.30 Basic authentication ...``."""
        enhanced = f"{self.enhanced} " if self.enhanced else ""
        return f"{int(self.code)} {enhanced}{self.text}".split("\n", 1)[0]


@noun()
class SessionNames:
    """The server names of one session (facts CS-SFX-07, MX-FMT-02).

    ``host`` greets (``DS7PR03CA0257.outlook.office365.com``), ``site`` signs refusals
    (``DS7PR03CA0257.namprd03.prod.outlook.com``), ``mailbox_server`` answers at the end of DATA, ``session_id`` is 16
    upper-case hexadecimal digits, the same in the banner and in every trailer of the session.
    """

    host: str
    site: str
    mailbox_server: str
    session_id: str

    @property
    def proxy(self) -> str:
        """The front end between the mailbox server and the edge: a host in the mailbox server's forest."""
        label, _, domain = self.mailbox_server.partition(".")
        site, _, number = label.partition("MB")
        return f"{site}CA{((int(number) if number.isdecimal() else 0) * 7 + 13) % 10_000:04d}.{domain}"

    @property
    def servers(self) -> tuple[tuple[str, str], ...]:
        """Each server that a refused message has reached with its own session id, the innermost first."""
        edge = int(self.session_id, 16)
        inner = ((self.mailbox_server, edge - 0x2_9F3A_11C7), (self.proxy, edge - 0x1_4D07_5E2B))
        return (*((name, f"{number:016X}") for name, number in inner), (self.site, self.session_id))


class TrailerStyle(Enum):
    """The two forms the front-end trailer has had (facts CS-SFX-01, CS-SFX-02, MX-FMT-03), and none."""

    ABSENT = "absent"
    SERVER_ONLY = "server only"
    SERVER_TIME_SESSION = "server, time and session id"


def render(reply: Reply, names: SessionNames, now: datetime, style: TrailerStyle) -> bytes:
    """Write a reply as it goes on the wire, every line ended by CRLF (RFC 5321 §4.2.1).

    The enhanced code stands on each line of a multi-line reply that has one (RFC 2034 §4). Text is UTF-8.
    """
    template = reply.template
    return template.wire or _lines(template, reply.text, trailer(template.trailer, names, now, style))


def untrailed(reply: Reply) -> bytes:
    """Write a reply whose template has no trailer."""
    return reply.template.wire or _lines(reply.template, reply.text)


def _lines(template: ReplyTemplate, text: str, end: str = "") -> bytes:
    """Write the text of a reply as lines; ``end`` is its trailer."""
    start = template.start
    if "\n" not in text:
        return f"{start}{text}{end}\r\n".encode()
    lines, _, last = text.rpartition("\n")
    code, _, enhanced = start.partition(" ")
    hyphened = f"\r\n{code}-{enhanced}"
    spoken = lines.replace("\n", hyphened)
    return f"{hyphened[2:]}{spoken}\r\n{start}{last}{end}\r\n".encode()


def trailer(kind: Trailer, names: SessionNames, now: datetime, style: TrailerStyle) -> str:
    """Give the trailer of a reply with the space before it, or nothing."""
    match kind:
        case Trailer.NONE:
            return ""
        case Trailer.MAILBOX_SERVER:
            return f" [Hostname={names.mailbox_server}]"
        case Trailer.FRONT_END:
            return _signed(((names.site, names.session_id),), now, style)
        case Trailer.BEHIND_FRONT_END:
            return _signed(names.servers, now, style)


def _signed(servers: tuple[tuple[str, str], ...], now: datetime, style: TrailerStyle) -> str:
    """Give the bracket of each server."""
    if style is TrailerStyle.ABSENT:
        return ""
    if style is TrailerStyle.SERVER_ONLY:
        return "".join(f" [{name}]" for name, _ in servers)
    stamp = as_utc(now).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return "".join(f" [{name} {stamp} {session}]" for name, session in servers)
