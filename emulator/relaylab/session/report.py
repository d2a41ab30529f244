"""Non-delivery reports: real multipart/report messages (RFC 3464) in the sender's mailbox.

They are written line by line: what they quote comes from a client, and no octet of it may break them.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from relaylab.session.head import header_block

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from relaylab.domain.address import Address, DomainName
    from relaylab.domain.randomness import Chance
    from relaylab.domain.reply import Reply, SessionNames
    from relaylab.session.notice import MessageNotice

# The local part that Exchange Online's reports come from.
_POSTMASTER: Final = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"
_LONGEST_SUBJECT: Final = 255  # characters
_NO_XTEXT: Final = re.compile(r"[^!-*,-<>-\[\]-~]")  # RFC 6533 §3


@dataclass(frozen=True, slots=True)
class Failure:
    """A recipient that was not reached, the reply that says why, and how the sender first wrote it (or nothing)."""

    recipient: Address
    reply: Reply
    original: str = ""


def write_report(  # noqa: PLR0913 - each is a field of the report
    *,
    to: Address,
    domain: DomainName,
    subject: str | None,
    original: bytes | bytearray,
    notice: MessageNotice,
    failures: Sequence[Failure],
    names: SessionNames,
    now: datetime,
    chance: Chance,
) -> bytes:
    """Write the report about ``failures``, each with the status that it was refused with.

    ``original`` is the message: its header block is quoted, and its body too where ``notice`` asks for it.
    """
    mark = f"{chance.getrandbits(100):025X}"
    boundary = f"_{mark}_"
    head = _lines(
        f"From: Microsoft Outlook <{_POSTMASTER}@{domain}>",
        f"To: {to}",
        f"Date: {format_datetime(now)}",
        f"Message-ID: <{mark}@{names.mailbox_server}>",
        f"Subject: {_encoded(f'Undeliverable: {subject}' if subject else 'Undeliverable:')}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type="delivery-status"; boundary="{boundary}"',
        "",
    )
    quoted = _message(original) if notice.in_full else _headers(original)
    parts = (_words(failures), _status(failures, notice, names), quoted)
    opening, end = f"--{boundary}\r\n".encode(), f"--{boundary}--\r\n".encode()
    return b"".join([head, *(opening + part for part in parts), end])


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()


def _encoded(text: str) -> str:
    """Give the beginning of a header's text, as encoded words where it needs them (RFC 2047)."""
    text = text[:_LONGEST_SUBJECT]
    return text if text.isascii() else Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _words(failures: Sequence[Failure]) -> bytes:
    head = _lines('Content-Type: text/plain; charset="utf-8"', "Content-Transfer-Encoding: quoted-printable", "")
    said = ["Delivery has failed to these recipients or groups:", ""]
    for failure in failures:
        said += [str(failure.recipient), f"  {failure.reply.line}", ""]
    return head + b2a_qp(_lines(*said))


def _status(failures: Sequence[Failure], notice: MessageNotice, names: SessionNames) -> bytes:
    lines = ["Content-Type: message/delivery-status", ""]
    if notice.envelope_id:
        lines.append(f"Original-Envelope-Id: {_ascii(notice.envelope_id)}")
    lines += [f"Reporting-MTA: dns;{names.mailbox_server}", ""]
    for failure in failures:
        reply = failure.reply
        if failure.original:
            lines.append(f"Original-Recipient: {_ascii(failure.original)}")
        lines += [
            f"Final-Recipient: {_typed(failure.recipient)}",
            "Action: failed",
            f"Status: {reply.enhanced or f'{int(reply.code) // 100}.0.0'}",
            f"Diagnostic-Code: smtp;{reply.line}",
            "",
        ]
    return _lines(*lines)


def _typed(address: Address) -> str:
    """Give an address with its type; one beyond ASCII is written in ASCII (RFC 6533 §3)."""
    text = str(address)
    return f"rfc822;{text}" if text.isascii() else f"utf-8;{_ascii(text)}"


def _ascii(text: str) -> str:
    """Give a text as it is, or in ASCII where it goes beyond (RFC 6533 §3)."""
    if text.isascii():
        return text
    return _NO_XTEXT.sub(lambda found: f"\\x{{{ord(found[0]):02X}}}", text)


def _message(original: bytes | bytearray) -> bytes:
    encoding = "7bit" if original.isascii() else "8bit"
    head = _lines("Content-Type: message/rfc822", f"Content-Transfer-Encoding: {encoding}", "")
    return head + original + (b"" if original.endswith(b"\r\n") else b"\r\n")


def _headers(original: bytes | bytearray) -> bytes:
    quoted = header_block(original).splitlines()
    encoding = "7bit" if all(line.isascii() for line in quoted) else "8bit"
    head = _lines("Content-Type: text/rfc822-headers", f"Content-Transfer-Encoding: {encoding}", "")
    return head + b"".join(line.replace(b"\0", b"") + b"\r\n" for line in quoted)
