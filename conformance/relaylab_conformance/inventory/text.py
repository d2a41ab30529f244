"""From the octets of an export to its text, a piece at a time: encodings are told by their marks and by what decodes.

Windows tools write UTF-8 with and without a mark, UTF-16 with one (``>`` and ``Out-File`` of Windows PowerShell) and
the Western code page. Law: no more than a piece of the file is held at once.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Final, TextIO

from relaylab_conformance.inventory.origin import broken

PIECE: Final = 64 * 1024  # octets or characters read at once
GUESSED: Final = "cp1252"  # what is no Unicode; almost any octets are it, so other code pages are taken for it too
LONGEST_LINE: Final = 1024 * 1024  # characters; a row of any export is far shorter
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What begins like this is no text, or not the text that is wanted; and what to do about it.
_OTHER_THINGS: Final = (
    (b"PK\x03\x04", "is a ZIP archive or an Excel workbook", "unpack it, or save the sheet as CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook", "save the sheet as CSV UTF-8"),
    (b"%PDF", "is a PDF", "export the table as CSV"),
    (b"\x1f\x8b", "is compressed with gzip", "unpack it"),
    (b"\x89PNG", "is a picture", "export the table as CSV"),
    (b"\xff\xd8\xff", "is a picture", "export the table as CSV"),
    (b"Obj\x01", "is Avro", "download the sign-ins as CSV or JSON"),
)
_WORD: Final = re.compile(r"[^\s\"',;<>]{0,30}[^\x00-\x7f][^\s\"',;<>]{0,30}")
_MOSTLY: Final = 0.6  # of the octets of one half are zero in UTF-16 of a European language,
_HARDLY: Final = 0.05  # and of the other half
Tell = Callable[[int], None]


def encoding_of(path: Path, name: str) -> str:
    """Tell the encoding; raise ExportError for a file that is empty, zeros, or no text."""
    with path.open("rb") as file:
        head = file.read(PIECE)
    if not head:
        raise broken(name, "", "is empty", "export it again, and look whether the command printed an error")
    for magic, what, way_out in _OTHER_THINGS:
        if head.startswith(magic):
            raise broken(name, "", what, way_out)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if not head.strip(b"\0"):
        raise broken(name, "", "holds nothing but zero octets", "the copy or download failed: export it again")
    if b"\0" in head:
        return _unmarked(head, name)
    return _of_all(path, name)


def _unmarked(head: bytes, name: str) -> str:
    """Tell UTF-16 without a mark by where its zeros stand."""
    pairs = len(head) // 2
    low, high = head[0::2].count(0), head[1::2].count(0)
    if high > pairs * _MOSTLY and low < pairs * _HARDLY:
        return "utf-16-le"
    if low > pairs * _MOSTLY and high < pairs * _HARDLY:
        return "utf-16-be"
    row = head.count(b"\n", 0, head.index(b"\0")) + 1
    raise broken(name, f"line {row}", "has a zero octet", "it is no text, or a damaged copy: export it again")


def _of_all(path: Path, name: str) -> str:
    """Take UTF-8 if all of it is; else the Western code page, if all of it is that."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    last = 1
    for line, piece in _pieces(path, name):
        try:
            decoder.decode(piece)
        except UnicodeDecodeError:
            break
        last = line + piece.count(b"\n")
    else:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise broken(
                name, f"line {last}", "ends in the middle of a character", "the file is cut off: export it again"
            ) from None
        return "utf-8"
    for line, piece in _pieces(path, name):
        try:
            piece.decode(GUESSED)
        except UnicodeDecodeError as error:
            before = piece.count(b"\n", 0, error.start)
            raise broken(
                name,
                f"line {line + before}",
                f"is neither UTF-8 nor Windows-1252 (octet 0x{piece[error.start]:02x})",
                "export it with -Encoding utf8",
            ) from None
    return GUESSED


def _pieces(path: Path, name: str) -> Iterator[tuple[int, bytes]]:
    """Give a file piece by piece, each with the line that it begins in; raise ExportError at the first zero octet."""
    line = 1
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            if (hole := piece.find(b"\0")) >= 0:
                line += piece.count(b"\n", 0, hole)
                raise broken(name, f"line {line}", "has a zero octet", "the file is damaged: export it again")
            yield line, piece
            line += piece.count(b"\n")


def first_guess(path: Path) -> tuple[int, str]:
    """Give the first line that needs a code page, and the word in it, as the Western one has it."""
    with path.open("rb") as file:
        for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE), b""), 1):
            if not line.isascii() and (word := _WORD.search(line.decode(GUESSED))):
                return number, word[0]
    return 0, ""


@contextmanager
def open_text(path: Path, name: str, tell: Tell) -> Iterator[TextIO]:
    """Open the text of an export, line ends as they are; ``tell`` hears how many octets were read since it last did."""
    encoding = encoding_of(path, name)
    raw = _Told(path, tell)
    with io.TextIOWrapper(io.BufferedReader(raw, PIECE), encoding=encoding, newline="") as text:
        try:
            yield text
        except UnicodeDecodeError as error:
            what = f"is not {error.encoding} all the way"
            raise broken(name, "", what, "the file is cut off or damaged: export it again") from None
        except UnicodeError:
            raise broken(name, "", "is not the UTF-16 that its mark promises", "export it again") from None


def lines(text: IO[str], name: str) -> Iterator[str]:
    """Give line after line with its end, none of them endless."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if "\0" in line:
            raise broken(name, f"line {number}", "has a zero octet", "the file is damaged: export it again")
        if len(line) == LONGEST_LINE:
            what = f"is longer than {LONGEST_LINE // 1024 // 1024} million characters"
            raise broken(name, f"line {number}", what, "this is no table: export it again as CSV")
        yield line


class _Told(io.FileIO):
    """A file that tells how far it was read."""

    def __init__(self, path: Path, tell: Tell) -> None:
        super().__init__(path, "rb")
        self._tell = tell

    def readinto(self, buffer: object) -> int | None:
        """Read, and tell."""
        count = super().readinto(buffer)  # type: ignore[arg-type]  # as its base has it
        self._tell(count or 0)
        return count
