"""Message trace: whom a sender writes to, how often, and what came in from outside under a name of the tenant's own.

``FromIP`` is the address of the server that handed a message in; of messages that Exchange Online sent itself it is
empty (Microsoft's pages on message trace in the admin center and on Graph's ``fromIP``, documented). So a row that has
one and whose sender lies in a domain of the tenant came by connector or by Direct Send. Rows of other senders are
passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from relaylab.domain.address import Address
from relaylab.rules.dns.outbound import SPF_RECORD
from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.cells import UnclearError
from relaylab_conformance.inventory.found import Findings, NoteKind, Traffic
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.addresses import address
from relaylab_conformance.inventory.shapes.shape import Shape, columns

NOWHERE: Final = ""  # the place of a message without FromIP
_REMEMBERED: Final = 4096  # addresses
_RECEIVED: Final = ("received", "receiveddatetime", "date")
_NEVER_CAME: Final = frozenset({"failed", "pending", "gettingstatus"})  # fact ADM-MT-02
_SPAM: Final = frozenset({"quarantined", "filteredasspam"})
_MICROSOFT: Final[tuple[IPv4Network | IPv6Network, ...]] = tuple(
    ip_network(term.partition(":")[2]) for term in SPF_RECORD.split() if term.startswith(("ip4:", "ip6:"))
)


def _read(row: Row, found: Findings) -> None:
    mind_day(row, found, _RECEIVED)
    if row.value("senderaddress") is None or str(row.value("status") or "").casefold() in _NEVER_CAME:
        return  # a bounce, or a letter that did not come
    sender = row.needs(address, "senderaddress")
    if found.is_inside(sender.domain.name):
        recipient = row.needs(address, "recipientaddress")
        place = place_in(row, "fromip")
        if place != NOWHERE and str(row.value("status") or "").casefold() in _SPAM:
            what = "came in from outside under your own name and was taken for spam: no sender is made of it"
            way_out = "if a device of yours sent it, write it as a [[sender]]"
            found.note(NoteKind.INFERRED, row.origin, row.columns["status"], what, way_out)
        else:
            count(row, found, sender, [recipient], place)


def count(row: Row, found: Findings, sender: Address, recipients: Iterable[Address], place: str) -> None:
    """Count one message to some recipients, from a place or from nowhere that is known."""
    traffic = found.traffic.setdefault((sender.key, place), Traffic(origin=row.origin))
    own = str(row.value("messagetraceid", "networkmessageid") or "")  # of the service, and so of one message only
    message = own or str(row.value("messageid") or "")
    for number, recipient in enumerate(recipients):
        if own and not found.is_first(own, recipient.key):
            continue  # another trace has it too, or the next page begins with it
        is_new = found.is_first(sender.key, place, message) if message else number == 0
        traffic.add(recipient.key, is_new=is_new, is_inside=found.is_inside(recipient.domain.name))


def place_in(row: Row, column: str) -> str:
    """Give the address in a column, unless it is one of Microsoft's own or of an office's inside."""
    said = row.read(cells.text, column)
    if not said:
        return NOWHERE
    try:
        return _outside(said)
    except ValueError:
        raise row.wrong(column, "is not an IP address") from None


@lru_cache(_REMEMBERED)
def _outside(said: str) -> str:
    ip = ip_address(said)
    is_ours = ip.is_private and not _is_for_documentation(str(ip))
    return NOWHERE if is_ours or any(ip in network for network in _MICROSOFT) else str(ip)


def _is_for_documentation(ip: str) -> bool:
    return ip.startswith(("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"))


def mind_day(row: Row, found: Findings, columns_of_it: tuple[str, ...]) -> None:
    """Take the day of a row into the span of the trace."""
    try:
        received = row.read(cells.instant, *columns_of_it)
    except UnclearError:
        column = row.columns[row.has(*columns_of_it) or columns_of_it[0]]
        found.note(NoteKind.UNCLEAR, row.origin, column, "day and month can be exchanged", "export it as JSON")
        return
    if received is not None:
        day = received.date()
        first, last = found.days or (day, day)
        found.days = (min(first, day), max(last, day))


SHAPE: Final = Shape(
    name="message_trace",
    title="message trace",
    command=(
        "Get-MessageTraceV2 -StartDate (Get-Date).AddDays(-10) -EndDate (Get-Date) -ResultSize 5000 | Select-Object "
        "MessageId, @{n='Received';e={$_.Received.ToString('o')}}, SenderAddress, RecipientAddress, Status, FromIP, "
        "MessageTraceId | Export-Csv trace.csv -NoTypeInformation -Encoding utf8"
    ),
    asks="whom each sender writes to, how often, and what comes in from outside under your own name",
    marks=(
        columns("senderaddress", "recipientaddress", "messagetraceid"),
        columns("senderaddress", "recipientaddress"),
    ),
    needs=(("senderaddress",), ("recipientaddress",), ("fromip",)),
    read=_read,
)
