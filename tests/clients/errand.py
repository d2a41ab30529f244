"""One message to send, and what came of it in a client's own words: what all the real clients have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

from relaylab.app.emulator import Emulator
from relaylab.domain.decision import EffectKind
from relaylab.domain.event import Judged
from relaylab.servers.fleet import Listening

# Dots where lines begin, 8-bit text, a blank at the end of a line, a long line: what a careless client would change.
MESSAGE = (
    b"Date: Tue, 01 Dec 2026 08:00:00 +0000\r\n"
    b"From: <%(sender)b>\r\n"
    b"To: <%(recipient)b>\r\n"
    b"Subject: Scan 42\r\n"
    b"Message-ID: <scan-42@client.example>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n"
    b"\r\n"
    b".a dot\r\n"
    b"..two dots\r\n"
    b".\xc3\xa9\r\n"
    b"a blank at the end \r\n"
    b"%(long)b\r\n"
    b"\r\n"
    b"-- \r\n"
    b"the end.\r\n"
)


def a_message(sender: str, recipient: str) -> bytes:
    """Write a message that is not easily kept octet for octet."""
    words = {b"sender": sender.encode(), b"recipient": recipient.encode(), b"long": b"x" * 900}
    return MESSAGE % words


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a client is to send, where, and as whom; ``ca_file`` None: it trusts what its machine trusts."""

    where: Listening
    ca_file: Path | None
    mail_from: str
    to: tuple[str, ...]
    content: bytes
    user: str | None = None
    password: str | None = None
    token: str | None = None
    tls: bool = True


_REFUSAL = re.compile(r"(?P<enhanced>\d\.\d+\.\d+) (?P<text>.*?)(?: \[(?P<trailer>[^][]*)\])?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """A refusal, taken apart; ``trailer`` is what stands in brackets at its end."""

    code: int
    enhanced: str
    text: str
    trailer: str

    @classmethod
    def parse(cls, code: int | str, rest: str) -> Self:
        found = _REFUSAL.fullmatch(rest.rstrip())
        assert found is not None, rest
        return cls(int(code), found["enhanced"], found["text"], found["trailer"] or "")


class Refused(StrEnum):
    """What was refused, as clients tell it apart in their exit codes and exceptions."""

    SIGN_IN = "sign-in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a client made of an errand: how it ended (an exit status or the name of an exception), what it showed."""

    ended: int | str
    answer: Answer | None
    output: str


class MailClient(Protocol):
    """A real client, unmodified."""

    @property
    def sent(self) -> int | str:
        """How it ends when all is well."""
        ...

    @property
    def refused(self) -> Mapping[Refused, int | str]:
        """How it ends when something is refused."""
        ...

    def send(self, errand: Errand, folder: Path) -> Outcome:
        """Send, with ``folder`` for files and as home."""
        ...


def submit(  # noqa: PLR0913 - what a sender is set up with
    emulator: Emulator,
    *,
    user: str | None = "scanner@contoso.com",
    password: str | None = "fake tray 2",
    token: str | None = None,
    sender: str | None = None,
    to: tuple[str, ...] = ("helpdesk@contoso.com",),
    door: str = "submission",
    tls: bool = True,
) -> Errand:
    """A message to client submission, by default as the scanner and all in order; ``sender`` is by default ``user``."""
    mail_from = sender or user or "scanner@contoso.com"
    return Errand(
        where=emulator.endpoints[door],
        ca_file=emulator.ca_file,
        mail_from=mail_from,
        to=to,
        content=a_message(mail_from, to[0]),
        user=user,
        password=password,
        token=token,
        tls=tls,
    )


def hand_over(
    emulator: Emulator,
    *,
    site: str | None = None,
    sender: str = "scanner@contoso.com",
    to: tuple[str, ...] = ("helpdesk@contoso.com",),
) -> Errand:
    """A message to the tenant MX, without a sign-in; from an office's port where a site is named."""
    doors = emulator.sites[site].endpoints if site else emulator.endpoints
    return Errand(
        where=doors["mx"],
        ca_file=emulator.ca_file,
        mail_from=sender,
        to=to,
        content=a_message(sender, to[0]),
    )


def refusing_rules(emulator: Emulator) -> list[str | None]:
    """The rules that refused or deferred something, in order, as the event log has them."""
    decisions = [entry.event.decision for entry in emulator.store.events if isinstance(entry.event, Judged)]
    return [decision.rule for decision in decisions if decision.effect is not EffectKind.ADMIT]
