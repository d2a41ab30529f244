"""The enhanced summary report that the admin center offers for download after a message trace.

One row a message: recipients stand in one cell as ``address##status``, parted by semicolons. ``original_client_ip`` is
the address of the sender's client, also of mail that leaves, so only rows whose directionality is inbound say where
something came in (Microsoft's page on message trace, documented: 1 is inbound, 2 outbound).
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.address import Address
from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.cells import CellError
from relaylab_conformance.inventory.found import Findings
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.addresses import address
from relaylab_conformance.inventory.shapes.message_trace import NOWHERE, count, mind_day, place_in
from relaylab_conformance.inventory.shapes.shape import Shape, columns

_RECEIVED: Final = ("origintimestamp", "origintimestamputc")
_INBOUND: Final = frozenset({"1", "inbound", "incoming"})
_FAILED: Final = "fail"


def _read(row: Row, found: Findings) -> None:
    mind_day(row, found, _RECEIVED)
    if row.value("senderaddress") is None:
        return  # a bounce
    sender = row.needs(address, "senderaddress")
    if found.is_inside(sender.domain.name):
        is_inbound = str(row.value("directionality") or "").casefold() in _INBOUND
        place = place_in(row, "originalclientip") if is_inbound else NOWHERE
        count(row, found, sender, row.needs(_recipients, "recipientstatus"), place)


def _recipients(value: object) -> list[Address]:
    """Read those whom a message reached."""
    found = []
    for one in cells.text(value).split(";"):
        recipient, mark, status = one.strip().partition("##")
        if not recipient:
            continue
        if not mark:
            raise CellError("is not of the form address##status")
        if _FAILED not in status.casefold():
            found.append(address(recipient))
    return found


SHAPE: Final = Shape(
    name="trace_summary",
    title="the trace's enhanced summary report",
    command="Exchange admin center > Mail flow > Message trace > Start a trace > Enhanced summary report > Download",
    asks="whom each sender writes to, how often, and what comes in from outside under your own name",
    marks=(columns("senderaddress", "recipientstatus", "originalclientip"),),
    needs=(("senderaddress",), ("recipientstatus",), ("directionality",)),
    read=_read,
)
