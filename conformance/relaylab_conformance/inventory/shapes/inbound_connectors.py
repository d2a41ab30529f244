"""``Get-InboundConnector`` (facts ADM-IC-01 to 12).

SenderDomains comes back as ``smtp:<domain>;<priority>`` (fact ADM-IC-10). ConnectorSource of a connector that was made
in the portal is AdminUI, which the reference does not list (fact ADM-IC-11); no answer depends on it.
"""

from __future__ import annotations

import re
from typing import Final

from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.by_grammar import check, take
from relaylab_conformance.inventory.found import Findings
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.shape import Shape, columns

_SENDER_DOMAIN: Final = re.compile(r"(?:smtp:)?(?P<domain>[^;]+?)(?:;\d+)?", re.IGNORECASE)
_IN_A_CELL: Final = re.compile(r"(?:smtp:)?[^\s,;]+(?:;\d+)?")
_SOURCE: Final = "connector_source"


def _read(row: Row, found: Findings) -> None:
    name = row.needs(cells.text, "name", "identity")
    renamed = {"name": ("name", "identity")}
    taken = take(row, "inbound_connector", renamed, skip=("name", "sender_domains"), lenient=(_SOURCE,))
    taken.strange.pop(_SOURCE, None)
    domains = row.value("senderdomains")
    if "senderdomains" in row.cells:
        try:
            taken.values["sender_domains"] = _domains(domains)
        except cells.LostError:
            taken.lost["sender_domains"] = row.columns["senderdomains"]
        except cells.CellError as error:
            raise row.wrong("senderdomains", error.expectation, error.suggestion) from None
    check(row, "inbound_connector", {"name": name, **taken.values}, renamed)
    found.add("inbound_connector", name, row.origin, taken, row.command)


def _domains(value: object) -> list[str]:
    """Read domains without their prefix and priority; in one cell the semicolon is the priority's, not a separator."""
    plain = cells.plain(value) if value is not None else []
    plain = plain.strip("{}") if isinstance(plain, str) else plain
    parts = _IN_A_CELL.findall(plain) if isinstance(plain, str) else cells.texts(plain)
    found = [_SENDER_DOMAIN.fullmatch(part) for part in parts]
    return list(dict.fromkeys(match["domain"] for match in found if match))


SHAPE: Final = Shape(
    name="inbound_connectors",
    title="Get-InboundConnector",
    command=("Get-InboundConnector | ConvertTo-Json -Depth 5 | Set-Content inboundconnector.json -Encoding utf8"),
    asks="who may relay, by which address or certificate",
    marks=(
        columns("connectortype", "senderipaddresses"),
        columns("connectortype", "senderdomains"),
        columns("connectortype", "tlssendercertificatename"),
    ),
    needs=(("name", "identity"), ("connectortype",), ("senderipaddresses", "tlssendercertificatename")),
    read=_read,
    also=columns(
        "requiretls",
        "restrictdomainstoipaddresses",
        "restrictdomainstocertificate",
        "connectorsource",
        "treatmessagesasinternal",
        "cloudservicesmailenabled",
    ),
)
