"""Letters to send: what a scanner, a monitor and an invoicing job write, in the shape that each sender gives them.

Law: the same stream and the same instant give the same octets. Chance comes from the stream, time is handed in.
"""

import base64
import quopri
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import Final, Protocol

from relaylab_scenarios.habits import NewLine, SubjectEncoding, TextEncoding
from relaylab_scenarios.profile import Profile

_WORD_OCTETS: Final = 20
"""Octets of text in one encoded word: written as =XX, and with its frame, they stay under the 75 of RFC 2047 §2."""


class Stream(Protocol):
    """A named random stream; a ``random.Random`` is one."""

    def randbytes(self, n: int, /) -> bytes:
        """Give so many octets."""
        ...

    def randrange(self, start: int, stop: int, /) -> int:
        """Give a number from start, and less than stop."""
        ...


class LetterKind(StrEnum):
    """What kind of letter it is."""

    SCAN = "scan"
    ALERT = "alert"
    INVOICE = "invoice"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that is to be written: what kind, from whom, to whom, and when.

    ``host`` is the name that the sending machine gives itself, as in ``Errand.ehlo_name``; None is the profile's.
    """

    kind: LetterKind
    sender: str
    recipients: tuple[str, ...]
    at: datetime
    host: str | None = None


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a letter says, before any sender has given it a shape."""

    subject: str
    text: str
    attachment: bytes | None = None
    file_name: str = ""


def compose(letter: Letter, profile: Profile, stream: Stream) -> bytes:
    """Write a letter as this sender composes it, ready to be an errand's message.

    The subject has letters beyond ASCII and the text has a line that starts with a dot, since both go wrong in
    practice.
    """
    draft = _draft(letter.kind, stream)
    type_fields, body = _content(draft, profile.message.text, stream)
    at_utc = letter.at.astimezone(UTC)
    blanks = {
        "from": letter.sender,
        "from_domain": letter.sender.rpartition("@")[2],
        "to": ", ".join(letter.recipients),
        "first_to": letter.recipients[0],
        "subject": _encoded_words(draft.subject, profile.message.subject),
        "date": format_datetime(letter.at),
        "utc_date": format_datetime(at_utc),
        "stamp": f"{at_utc:%Y%m%d%H%M%S}",
        "random": stream.randbytes(10).hex().upper(),
        "host": letter.host or profile.hello.host,
        "type_fields": type_fields,
    }
    head = "".join(f"{line.format(**blanks)}\n" for line in profile.message.headers)
    text = f"{head}\n{body}".encode()
    return text if profile.message.new_line is NewLine.LF else text.replace(b"\n", b"\r\n")


def _draft(kind: LetterKind, stream: Stream) -> _Draft:
    number = stream.randrange(1000, 10000)
    match kind:
        case LetterKind.SCAN:
            text = f"Scanned pages: {number % 9 + 1}\n.pdf file attached\n"
            return _Draft(f"Scan für Büro {number}", text, _pdf(stream), f"scan{number}.pdf")
        case LetterKind.ALERT:
            text = f"Temperature in rack {number % 42} is {number % 20 + 30} C.\n.end of alert\n"
            return _Draft(f"Störung: Gerät {number} meldet einen Fehler", text)
        case LetterKind.INVOICE:
            text = f"Please find our invoice {number} attached.\n.net 30 days\n"
            return _Draft(f"Facture n° {number} échue", text, _pdf(stream), f"invoice-{number}.pdf")


def _pdf(stream: Stream) -> bytes:
    """Octets that look like a small PDF from outside."""
    return b"%PDF-1.4\n" + stream.randbytes(stream.randrange(2000, 6000)) + b"\n%%EOF\n"


def _content(draft: _Draft, encoding: TextEncoding, stream: Stream) -> tuple[str, str]:
    """Give the fields that describe the content, and the content."""
    text = (
        draft.text if encoding is TextEncoding.SEVEN_BIT else quopri.encodestring(draft.text.encode()).decode("ascii")
    )
    text_fields = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}"
    if draft.attachment is None:
        return text_fields, text
    boundary = f"=_{stream.randbytes(12).hex()}"
    attachment_fields = (
        f'Content-Type: application/pdf; name="{draft.file_name}"\n'
        f'Content-Disposition: attachment; filename="{draft.file_name}"\n'
        "Content-Transfer-Encoding: base64"
    )
    parts = (text_fields, text), (attachment_fields, base64.encodebytes(draft.attachment).decode("ascii"))
    body = "".join(f"--{boundary}\n{fields}\n\n{content}\n" for fields, content in parts)
    return f'Content-Type: multipart/mixed; boundary="{boundary}"', f"{body}--{boundary}--\n"


def _encoded_words(text: str, encoding: SubjectEncoding) -> str:
    """Write a header value as encoded words, one a folded line (RFC 2047)."""
    return "\n ".join(f"=?utf-8?{encoding}?{_encoded(chunk, encoding)}?=" for chunk in _chunks(text))


def _chunks(text: str) -> Iterator[bytes]:
    """Cut between characters: an encoded word holds whole ones."""
    chunk = b""
    for character in text:
        if len(chunk + character.encode()) > _WORD_OCTETS:
            yield chunk
            chunk = b""
        chunk += character.encode()
    yield chunk


def _encoded(chunk: bytes, encoding: SubjectEncoding) -> str:
    if encoding is SubjectEncoding.B:
        return base64.b64encode(chunk).decode("ascii")
    safe = (chr(octet) if chr(octet).isalnum() and octet < 128 else f"={octet:02X}" for octet in chunk)
    return "".join(safe).replace("=20", "_")
