"""Where a line, a message and a chunk end, in octets that arrive as they please.

Three readers with one interface: the stream offers what has come to the reader of the moment, the reader takes what is
its own and, once that is complete, delivers it to the dialogue. Law: only CRLF ends a line and only CRLF.CRLF a message
(RFC 5321 §2.3.8, §4.1.1.4); a bare CR or LF is text. How the octets were cut into segments never shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from relaylab.session.moment import Moment
    from relaylab.session.turn import Dialogue, Turn

MORE: Final = -1  # what was offered is taken to its end, and the end of the thing is not in it

_CR: Final = b"\r"
_CRLF: Final = b"\r\n"
_STUFFED: Final = b"\r\n."
_END_OF_MESSAGE: Final = b"\r\n.\r\n"
_LENGTH_OF_THE_END: Final = len(_END_OF_MESSAGE)
_BEGINNINGS_OF_THE_END: Final = (b"\r\n.\r", b"\r\n.", b"\r\n", b"\r")


class Reader(Protocol):
    """Takes the octets of one thing that the client sends."""

    def take(self, data: bytes, start: int) -> int:
        """Take octets of ``data`` from ``start`` on; give the position behind the end of the thing, or MORE."""
        ...

    def deliver(self, dialogue: Dialogue, moment: Moment) -> Turn:
        """Hand the complete thing to the dialogue and keep nothing of it."""
        ...


class LineReader:
    """Takes lines, one after the other; a line of more than ``limit`` octets is dropped up to its CRLF.

    ``part`` is what has come of a line whose end has not. Between two calls that is ``limit + 1`` octets at most: the
    last one may be the CR of the end.
    """

    __slots__ = ("_dropped", "_limit", "_line", "part")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._line = b""
        self.part: bytearray | None = None
        self._dropped = False

    def whole(self, data: bytes) -> bytes | None:
        """Give the one line that ``data`` is, where no part came before; None where it is more or less, or too long."""
        end = len(data) - len(_CRLF)
        return data[:end] if 0 <= end == data.find(_CRLF) <= self._limit else None

    def take(self, data: bytes, start: int) -> int:
        """Take up to the next CRLF."""
        if self.part:
            return self._take_on(self.part, data, start)
        end = data.find(_CRLF, start)
        if end < 0:
            self._hold(data, start)
            return MORE
        self._line = data[start:end]
        return end + len(_CRLF)

    def _take_on(self, part: bytearray, data: bytes, start: int) -> int:
        """Take up to the next CRLF behind a part that came before, whose last octet may be its CR."""
        if part[-1] == _CR[0] and data.startswith(b"\n", start):
            self._line = bytes(part[:-1])
            self.part = None
            return start + 1
        end = data.find(_CRLF, start)
        if end < 0:
            self._hold(data, start)
            return MORE
        part += data[start:end]
        self._line = bytes(part)
        self.part = None
        return end + len(_CRLF)

    def _hold(self, data: bytes, start: int) -> None:
        """Keep the beginning of a line; of one that is too long already, only the octet that may be its CR."""
        part = self.part = self.part or bytearray()
        part += data[start:]
        if self._dropped or len(part) > self._limit + 1:
            self._dropped = True
            del part[:-1]

    def deliver(self, dialogue: Dialogue, moment: Moment) -> Turn:
        """Hand over the line without its CRLF, or the news that it was too long."""
        line, self._line = self._line, b""
        if self._dropped or len(line) > self._limit:
            self._dropped = False
            return dialogue.receive_overlong_line(moment)
        return dialogue.receive_line(line, moment)


class MessageReader:
    """Takes messages after DATA, one after the other: searches whole segments, undoes dot-stuffing, hands buffers over.

    The CRLF of a DATA line counts as the first two octets of the message while that is read, so an empty message and
    a dot in the first column need no case of their own. What may be the beginning of CRLF.CRLF at the end of a segment,
    four octets at most, is held back. Of more than ``limit`` octets nothing is kept; they are only counted. A message
    that comes as it is in one segment, as a small one does, is cut out of that with no buffer between.
    """

    __slots__ = ("_content", "_held_back", "_limit", "_size", "_whole")

    def __init__(self, limit: int) -> None:
        self._content = bytearray()
        self._held_back = _CRLF
        self._limit = limit + len(_CRLF)
        self._size = 0
        self._whole: bytes | None = None

    def take(self, data: bytes, start: int) -> int:
        """Take up to CRLF.CRLF."""
        held_back = self._held_back
        if data.endswith(_END_OF_MESSAGE) and held_back == _CRLF and not self._size:  # all of it, if no dot is stuffed
            end = len(data) - _LENGTH_OF_THE_END
            fits = end - start + 2 * len(_CRLF) <= self._limit
            if fits and data.find(_STUFFED, start) == end and not data.startswith(b".", start):
                self._whole = data[start : end + len(_CRLF)]
                return len(data)
        if len(held_back) < len(_STUFFED) and len(data) - start >= len(_CRLF) and data.find(b".", start) < 0:
            # By far the fastest search, and base64 has no dot: nothing ends here and nothing is stuffed.
            self._keep(held_back)
            self._held_back = _CRLF if data.endswith(_CRLF) else _CR if data.endswith(_CR) else b""
            self._keep(memoryview(data)[start : len(data) - len(self._held_back)])
            return MORE
        text = held_back + data[start:]
        dotted = _STUFFED in text
        end = text.find(_END_OF_MESSAGE) if dotted else -1
        if end >= 0:
            self._held_back = b""
            self._keep(text[: end + len(_CRLF)].replace(_STUFFED, _CRLF))
            return start - len(held_back) + end + len(_END_OF_MESSAGE)
        self._held_back = next((beginning for beginning in _BEGINNINGS_OF_THE_END if text.endswith(beginning)), b"")
        text = text[: len(text) - len(self._held_back)]
        self._keep(text.replace(_STUFFED, _CRLF) if dotted else text)
        return MORE

    def _keep(self, octets: bytes | memoryview) -> None:
        """Add to the message, or only to its size once it is too long."""
        self._size += len(octets)
        if self._size <= self._limit:
            self._content += octets
        elif self._content:
            self._content = bytearray()

    def deliver(self, dialogue: Dialogue, moment: Moment) -> Turn:
        """Hand over the buffer itself, or the size of a message that was too long."""
        if self._whole is not None:
            whole, self._whole = self._whole, None
            return dialogue.receive_message(whole, moment)
        size, self._size = self._size, 0
        self._held_back = _CRLF
        if size > self._limit:
            return dialogue.receive_oversized_message(size - len(_CRLF), moment)
        content, self._content = self._content, bytearray()
        del content[: len(_CRLF)]
        return dialogue.receive_message(content, moment)


class ChunkReader:
    """Takes the ``size`` octets after BDAT, whatever they are, and puts them behind those of ``onto``.

    Of a chunk that would make these more than ``limit`` none is kept.
    """

    __slots__ = ("_fits", "_missing", "_onto", "_size")

    def __init__(self, size: int, onto: bytearray | None, limit: int) -> None:
        self._onto = bytearray() if onto is None else onto
        self._fits = len(self._onto) + size <= limit
        self._missing = size
        self._size = size

    def take(self, data: bytes, start: int) -> int:
        """Take the octets that are still missing, none for an empty chunk."""
        end = start + self._missing
        if self._fits:
            self._onto += memoryview(data)[start:end]
        if end <= len(data):
            return end
        self._missing = end - len(data)
        return MORE

    def deliver(self, dialogue: Dialogue, moment: Moment) -> Turn:
        """Say that the chunk is where it was asked for, or how long one was that was too long."""
        self._onto = bytearray()
        if not self._fits:
            return dialogue.receive_oversized_chunk(self._size, moment)
        return dialogue.receive_chunk(self._size, moment)
