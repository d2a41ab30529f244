r"""A session as text: what stood on the wire, line by line, secrets already replaced by their names.

Law: the same session gives the same text on every machine. What a TLS library agreed on says something of this machine
and nothing of the sender, so it is not written. A line that ended in a bare LF shows ``\n``; other control characters
and what is no UTF-8 show as escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from relaylab_scenarios import Direction

if TYPE_CHECKING:
    from relaylab_scenarios import Played, WireLine

LEGEND: Final = "C: the sender   S: the service   M: the message   --: what happened to the connection"
_MARKS: Final = {Direction.CLIENT: "C", Direction.SERVER: "S", Direction.MESSAGE: "M"}
_HAPPENED: Final = {
    Direction.TLS: "TLS begins, {}; from here on all is encrypted",
    Direction.TLS_FAILED: "TLS fails: {}",
    Direction.SERVER_CLOSED: "the service closes the connection",
    Direction.SERVER_RESET: "the service resets the connection",
    Direction.SILENCE: "the service is silent for too long",
    Direction.CLIENT_CLOSED: "the sender closes the connection",
}


def transcript(sessions: Iterable[Played], heading: Iterable[str]) -> str:
    """Write the sessions of one delivery, its heading first."""
    lines = [*map(escaped, heading), LEGEND]
    for played in sessions:
        body = (text for line in played.transcript for text in _lines(line))
        lines += ["", *body, "", f"=> {played.conduct}: the sender {played.sender_does}"]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Make everything visible that is not: control characters, and what could not be decoded."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)


def _lines(line: WireLine) -> Iterator[str]:
    mark = _MARKS.get(line.direction)
    if mark is None:
        said = line.data.split(b" ", 2)[-1] if line.direction is Direction.TLS else line.data  # the name asked for
        yield f"-- {_HAPPENED[line.direction].format(escaped(said.decode('utf-8', 'replace')))}"
        return
    for octets in line.data.splitlines(keepends=True) if line.direction is not Direction.CLIENT else [line.data]:
        text = octets.removesuffix(b"\r\n").decode("utf-8", "backslashreplace")
        yield f"{mark}: {escaped(text)}".rstrip(" ")
