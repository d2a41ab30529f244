"""The report *SMTP AUTH clients* of the Exchange admin center: who signs in to smtp.office365.com to send.

Six columns are documented (fact ADM-REP-01), a seventh says Basic or OAuth (facts ADM-REP-02 and COR-48). The headings
follow the reader's language; German ones are known from the translated page of the report (machine-translated, 2021),
others are told by what stands below them, since the TLS columns carry their numbers in every language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from relaylab.domain.address import Address
from relaylab.domain.estate import Method
from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.cells import CellError
from relaylab_conformance.inventory.found import Client, Findings, NoteKind
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.addresses import address
from relaylab_conformance.inventory.shapes.shape import Shape, columns

UNSAID: Final = ""  # the method, where the report has no column for it
SENDER: Final = "senderaddress"
MESSAGES: Final = "messagessent"
_PROTOCOL: Final = "authenticationprotocol"
_TLS: Final = re.compile(r"tls(?P<version>1[0-3])(?!\d)")
_WORDS: Final = {"basic": Method.SMTP_AUTH_BASIC, "standard": Method.SMTP_AUTH_BASIC, "legacy": Method.SMTP_AUTH_BASIC}
_MODERN: Final = {"modern": Method.SMTP_AUTH_OAUTH, "oauth": Method.SMTP_AUTH_OAUTH}
_KNOWN: Final = {
    "messagecount": MESSAGES,  # until 2021, in English
    "absenderadresse": SENDER,
    "anzahldernachrichten": MESSAGES,
}


def headings(names: Sequence[str], sample: Sequence[Mapping[str, Any]]) -> tuple[dict[str, str], bool]:
    """Say which squashed heading stands for which of ours, and whether the content had to tell.

    ``names`` are the squashed headings, ``sample`` some rows by them. A file without TLS columns is left as it is.
    """
    mapped = {name: _KNOWN[name] for name in names if name in _KNOWN}
    mapped |= {name: f"tls{match['version']}" for name in names if (match := _TLS.match(name))}
    if len({ours for ours in mapped.values() if ours.startswith("tls")}) < 2:
        return {}, False
    said = {*names, *mapped.values()}
    if {SENDER, MESSAGES} <= said or not sample:
        return mapped, False
    rest = [name for name in names if name not in mapped and name not in {SENDER, MESSAGES, "domain", _PROTOCOL}]
    tests = {SENDER: _is_address, MESSAGES: _is_number, _PROTOCOL: _is_protocol}
    for ours, holds in tests.items():
        fitting = [name for name in rest if all(holds(row.get(name)) for row in sample)]
        if ours not in said and len(fitting) == 1:
            mapped[fitting[0]] = ours
            rest.remove(fitting[0])
    return mapped, True


def _is_address(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(Address.parse(value.strip()))
    except ValueError:
        return False


def _is_number(value: object) -> bool:
    try:
        return cells.number(value) >= 0
    except CellError:
        return False


def _is_protocol(value: object) -> bool:
    return isinstance(value, str) and any(word in value.casefold() for word in (*_WORDS, *_MODERN))


def _protocol(value: object) -> str:
    said = cells.text(value).casefold()
    if all(any(word in said for word in words) for words in (_MODERN, _WORDS)):
        return UNSAID  # both in one cell: how much of it is by password, nobody says
    for words in (_MODERN, _WORDS):
        for word, method in words.items():
            if word in said:
                return method.value
    raise CellError("is not Basic Authentication or Modern Authentication", "leave the column out if it says neither")


def _read(row: Row, found: Findings) -> None:
    sender = row.needs(address, SENDER)
    sent = row.needs(cells.number, MESSAGES)
    method = row.read(_protocol, _PROTOCOL) or UNSAID
    client = found.clients.setdefault(sender.key, Client(sender))
    first = client.origins.get(method)
    if first is not None and first.file != row.origin.file:
        what = f"{sender} is counted in {first} already; the first is taken, since reports may cover the same days"
        found.note(NoteKind.CONFLICT, row.origin, row.columns[SENDER], what, "give one report")
        return
    client.messages[method] += sent
    client.origins.setdefault(method, row.origin)
    for column in row.cells:
        if match := _TLS.match(column):
            share = row.read(cells.percent, column)
            if share:
                client.tls[f"1.{match['version'][1]}"] = share


SHAPE: Final = Shape(
    name="smtp_auth_clients",
    title="the report SMTP AUTH clients",
    command="Exchange admin center > Reports > Mail flow > SMTP AUTH clients > 90 days > Export",
    asks="who signs in to smtp.office365.com to send, and by password or by token",
    marks=(
        columns(SENDER, MESSAGES, "tls12"),
        columns(SENDER, "tls10", "tls11"),
        columns("tls10", "tls11", "tls12"),
    ),
    needs=((SENDER,), (MESSAGES,)),
    read=_read,
)
