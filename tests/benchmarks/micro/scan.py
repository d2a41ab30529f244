"""What is done with the octets of a message: its end found, its addresses, its head and its parts read.

python -m tests.benchmarks.micro.scan [--json] [--rounds N]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from relaylab.servers.framing import MORE, MessageReader
from relaylab.session.commands import parse_mail
from relaylab.session.head import parse_head
from tests.benchmarks.drivers.client import message
from tests.benchmarks.micro.timing import Piece, told

_SCAN: Final = 8 << 20
_SEGMENT: Final = 1 << 16
_TURNS: Final = 2_000


def pieces() -> dict[str, Piece]:
    """Give what is timed."""
    scan, page = message(_SCAN) + b".\r\n", message(1024)
    dotted = b"..dots at the beginning\r\n" * (_SCAN // 25) + b".\r\n"
    mega = len(scan) / 1e6
    return {
        "end of DATA, base64": Piece(_reading(scan), mega, "MB"),
        "end of DATA, every line stuffed": Piece(_reading(dotted), len(dotted) / 1e6, "MB"),
        "MAIL argument": Piece(_repeated(lambda: parse_mail("FROM:<scanner@contoso.com> SIZE=8547")), _TURNS, "line"),
        "head": Piece(_repeated(lambda: parse_head(page)), _TURNS, "head"),
    }


def _reading(octets: bytes) -> Callable[[], None]:
    segments = [octets[start : start + _SEGMENT] for start in range(0, len(octets), _SEGMENT)]

    def work() -> None:
        reader = MessageReader(len(octets))
        for segment in segments[:-1]:
            assert reader.take(segment, 0) == MORE
        assert reader.take(segments[-1], 0) == len(segments[-1])

    return work


def _repeated(once: Callable[[], object]) -> Callable[[], None]:
    def work() -> None:
        for _ in range(_TURNS):
            once()

    return work


if __name__ == "__main__":
    told(pieces(), __doc__ or "")
