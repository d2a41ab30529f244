"""One line of octets becomes a Command; what is wrong with its arguments becomes the name of a reply.

Lenient where the service is (fact CS-CMD-16, CS-CMD-17): verbs in any case, a space after the colon. Parameters of
the advertised extensions are read, others are an error (RFC 5321 §4.1.1.11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Final

from relaylab.domain.address import Address
from relaylab.session.notice import MessageNotice, RecipientNotice, message_notice, recipient_notice


class Verb(Enum):
    """A command the service knows; UNKNOWN stands for any other word, GARBAGE for octets that are no word."""

    EHLO = "EHLO"
    HELO = "HELO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BDAT = "BDAT"
    RSET = "RSET"
    NOOP = "NOOP"
    QUIT = "QUIT"
    VRFY = "VRFY"
    HELP = "HELP"
    UNKNOWN = "unknown"
    GARBAGE = "garbage"

    __hash__ = object.__hash__  # Enum's is written in Python, and these are keys at every line


# Commands in whose arguments nobody expects a secret.
FREE_OF_SECRETS: Final = frozenset({Verb.EHLO, Verb.HELO, Verb.MAIL, Verb.RCPT, Verb.BDAT})
_VERBS: Final = {verb.value: verb for verb in Verb if verb not in {Verb.UNKNOWN, Verb.GARBAGE}}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_PATH: Final = re.compile(r"\s*<(?P<path>[^<>]*)>(?:\s+(?P<parameters>.*\S))?\s*")
_MAIL_PARAMETERS: Final = frozenset({"SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "AUTH"})
_RCPT_PARAMETERS: Final = frozenset({"NOTIFY", "ORCPT"})
_BODIES: Final = frozenset({"7BIT", "8BITMIME", "BINARYMIME"})


# Lines that are remembered: what a line says is always the same, and devices say theirs again and again. Reading them
# anew was 8 % of a small message's time.
_SPOKEN: Final = 2_048
WORTH_REMEMBERING: Final = 512  # octets of a line (RFC 5321 §4.5.3.1.4)
_WORDS_ALONE: Final = frozenset(word.encode() for word in _VERBS)
_READ_BEFORE: Final[dict[bytes, Command]] = {}  # none with a secret in it


class Fault(Enum):
    """What is wrong with the arguments of a command."""

    ARGUMENTS = "arguments"
    SENDER = "sender"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True)
class Command:
    """A verb and the rest of its line; ``word`` is the first word as it was sent."""

    verb: Verb
    argument: str = ""
    word: str = ""

    @classmethod
    def parse(cls, line: bytes) -> Command:
        """Read a line without its CRLF; never fails."""
        known = _READ_BEFORE.get(line)
        if known is not None:
            return known
        command = cls._read(line)
        if len(line) <= WORTH_REMEMBERING and (command.verb in FREE_OF_SECRETS or line in _WORDS_ALONE):
            if len(_READ_BEFORE) >= _SPOKEN:
                _READ_BEFORE.clear()
            _READ_BEFORE[line] = command
        return command

    @classmethod
    def _read(cls, line: bytes) -> Command:
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            return cls(Verb.GARBAGE)
        if _CONTROL.search(text):
            return cls(Verb.GARBAGE)
        word, _, argument = text.strip(" \t").partition(" ")
        if word and not word.isascii():
            return cls(Verb.GARBAGE)
        return cls(_VERBS.get(word.upper(), Verb.UNKNOWN), argument.strip(" \t"), word)


@dataclass(frozen=True, slots=True)
class MailFrom:
    """The arguments of MAIL; ``sender`` None is the empty reverse path, ``size`` in octets.

    ``path`` is the sender as text, ``said`` what the command is called in the event log.
    """

    sender: Address | None
    size: int | None
    body: str
    smtputf8: bool
    notice: MessageNotice
    path: str = field(init=False, compare=False)
    said: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Write out what is asked for each time that the same line comes."""
        object.__setattr__(self, "path", str(self.sender or ""))
        object.__setattr__(self, "said", f"MAIL FROM:<{self.path}>")


@dataclass(frozen=True, slots=True)
class RcptTo:
    """The arguments of RCPT; ``path`` and ``said`` as in MAIL."""

    address: Address
    notice: RecipientNotice
    path: str = field(init=False, compare=False)
    said: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Write out what is asked for each time that the same line comes."""
        object.__setattr__(self, "path", str(self.address))
        object.__setattr__(self, "said", f"RCPT TO:<{self.path}>")


@dataclass(frozen=True, slots=True)
class Chunk:
    """The arguments of BDAT (RFC 3030 §2)."""

    octets: int
    last: bool


@lru_cache(_SPOKEN)
def parse_mail(argument: str) -> MailFrom | Fault:
    """Read ``FROM:<path> parameters`` (RFC 5321 §4.1.1.2)."""
    split = _split("FROM:", argument, Fault.SENDER)
    if isinstance(split, Fault):
        return split
    path, words = split
    parameters = _parameters(words, _MAIL_PARAMETERS)
    sender = None if path == "" else _address(path)
    if isinstance(sender, Fault):
        return Fault.SENDER
    if parameters is None:
        return Fault.ARGUMENTS
    size, body = parameters.get("SIZE"), (parameters.get("BODY") or "7BIT").upper()
    if (size is not None and not _is_number(size)) or body not in _BODIES:
        return Fault.ARGUMENTS
    notice = message_notice(parameters)
    if notice is None:
        return Fault.ARGUMENTS
    return MailFrom(
        sender,
        size=int(size) if size is not None else None,
        body=body,
        smtputf8="SMTPUTF8" in parameters,
        notice=notice,
    )


@lru_cache(_SPOKEN)
def parse_rcpt(argument: str) -> RcptTo | Fault:
    """Read ``TO:<path> parameters`` (RFC 5321 §4.1.1.3)."""
    split = _split("TO:", argument, Fault.RECIPIENT)
    if isinstance(split, Fault):
        return split
    path, words = split
    address = _address(path)
    if isinstance(address, Fault):
        return Fault.RECIPIENT
    parameters = _parameters(words, _RCPT_PARAMETERS)
    notice = recipient_notice(parameters) if parameters is not None else None
    return RcptTo(address, notice) if notice is not None else Fault.ARGUMENTS


def parse_chunk(argument: str) -> Chunk | Fault:
    """Read ``size [LAST]``."""
    words = argument.split()
    if not words or len(words) > 2 or not _is_number(words[0]) or (len(words) == 2 and words[1].upper() != "LAST"):
        return Fault.ARGUMENTS
    return Chunk(int(words[0]), len(words) == 2)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 20  # RFC 1870 §4: 20 digits


def _split(keyword: str, argument: str, fault: Fault) -> tuple[str, str] | Fault:
    if argument[: len(keyword)].upper() != keyword:
        return Fault.ARGUMENTS
    found = _PATH.fullmatch(argument[len(keyword) :])
    return (found["path"].strip(), found["parameters"] or "") if found else fault


def _address(path: str) -> Address | Fault:
    _, _, mailbox = path.rpartition(":") if path.startswith("@") else ("", "", path)  # RFC 5321 §4.1.1.3: source routes
    try:
        return Address.parse(mailbox)
    except ValueError:
        return Fault.SENDER


def _parameters(words: str, known: frozenset[str]) -> dict[str, str] | None:
    parameters = {}
    for word in words.split():
        keyword, _, value = word.partition("=")
        if keyword.upper() not in known or keyword.upper() in parameters:
            return None
        parameters[keyword.upper()] = value
    return parameters
