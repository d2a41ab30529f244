"""What one sender writes: its commands and its content as bytes. No socket, no state."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from relaylab_scenarios.answer import Answer
from relaylab_scenarios.habits import LetterCase, LineEnds, Mechanism, Writes
from relaylab_scenarios.profile import Content, MailParameter, Profile, RcptParameter

CRLF: Final = b"\r\n"
DOT: Final = b".\r\n"
_ANY_LINE_END: Final = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Offer:
    """The extensions in an EHLO reply, as one sender reads it: some recognise keywords in upper case only."""

    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: LetterCase = LetterCase.ANY

    @classmethod
    def heard(cls, answer: Answer, profile: Profile) -> Self:
        """Read an EHLO reply; its first line is the greeting."""
        keywords: dict[str, tuple[str, ...]] = {}
        for line in answer.lines[1:]:
            keyword, *words = line.split() or [""]
            keyword = keyword.upper() if profile.hello.keywords is LetterCase.ANY else keyword
            keywords[keyword] = (*keywords.get(keyword, ()), *words)
        return cls(keywords, profile.sign_in.names)

    def has(self, keyword: str) -> bool:
        """Whether the sender saw this extension."""
        return keyword in self.keywords

    def takes(self, mechanism: Mechanism) -> bool:
        """Whether the sender saw this mechanism behind AUTH."""
        names = self.keywords.get("AUTH", ())
        return mechanism.value in (map(str.upper, names) if self.names is LetterCase.ANY else names)

    @property
    def largest_message(self) -> int | None:
        """The size limit, where one is offered (RFC 1870: 0 is none)."""
        limit = "".join(self.keywords.get("SIZE", ())[:1])
        return int(limit) or None if limit.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Dialect:
    """One profile's spelling."""

    profile: Profile

    def hello(self, verb: str, name: str | None, address: str) -> bytes:
        """EHLO or HELO, with the name that this sender gives itself."""
        habit = self.profile.hello
        host = name or habit.host
        template = habit.argument if "." in host else habit.argument_unqualified
        return f"{verb} {template.format(host=host, address=address)}".encode() + CRLF

    def mail(self, sender: str, size: int, offer: Offer) -> bytes:
        """MAIL with the parameters that the server's offer brings out."""
        commands = self.profile.commands
        return f"{commands.mail}<{sender}>{_parameters(commands.mail_parameters, offer, size=size)}".encode() + CRLF

    def rcpt(self, recipient: str, offer: Offer) -> bytes:
        """RCPT with the parameters that the server's offer brings out."""
        commands = self.profile.commands
        parameters = _parameters(commands.rcpt_parameters, offer, recipient=recipient)
        return f"{commands.rcpt}<{recipient}>{parameters}".encode() + CRLF

    def as_sent(self, message: bytes) -> bytes:
        """The message with the line ends that the sender gives it; its length is what SIZE announces."""
        if self.profile.content.line_ends is LineEnds.AS_GIVEN:
            return message
        return _ANY_LINE_END.sub(CRLF, message)

    def content(self, message: bytes) -> tuple[bytes, ...]:
        """The content as it goes out, one item a write, ending in the final dot."""
        habit = self.profile.content
        text = CRLF.join(_stuffed(self.as_sent(message), habit))
        ending = DOT if text.endswith(CRLF) else CRLF + DOT
        match habit.writes:
            case Writes.WHOLE:
                return (text + ending,)
            case Writes.DOT_APART:
                return (text, ending)
            case Writes.LINE_BY_LINE:
                return tuple((text + ending).splitlines(keepends=True))


def command(verb: str) -> bytes:
    """A command without arguments."""
    return verb.encode() + CRLF


def _parameters(parameters: Iterable[MailParameter | RcptParameter], offer: Offer, **blanks: object) -> str:
    return "".join(" " + each.text.format(**blanks) for each in parameters if offer.has(each.where_offered))


def _stuffed(message: bytes, habit: Content) -> Iterator[bytes]:
    """Break long lines and put a dot before a dot at the start of a line (RFC 5321 §4.5.2); a line ends with CRLF."""
    for line in message.split(CRLF):
        for part in _broken(line, habit.longest_line):
            yield b"." + part if part.startswith(b".") else part


def _broken(line: bytes, longest: int | None) -> Iterator[bytes]:
    """Break a long line with CRLF and a space."""
    while longest is not None and len(line) > longest:
        yield line[:longest]
        line = b" " + line[longest:]
    yield line
