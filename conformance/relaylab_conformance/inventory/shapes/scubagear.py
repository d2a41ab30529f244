"""ScubaGear's ProviderSettingsExport.json: several cmdlets' output in one file, under its own keys (fact ADM-TOOL-01).

It selects what it wants of Get-OrganizationConfig, and RejectDirectSend is not among it (fact ADM-ORG-04).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.found import Findings
from relaylab_conformance.inventory.origin import Origin
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes import (
    accepted_domains,
    inbound_connectors,
    organization_config,
    transport_config,
)
from relaylab_conformance.inventory.shapes.shape import Shape
from relaylab_conformance.inventory.shapes.zone import Record, add_record
from relaylab_conformance.inventory.tenant_name import initial_label

NAME: Final = "scubagear"
COMMAND: Final = "Invoke-SCuBA -ProductNames exo, and give the ProviderSettingsExport.json it writes"
TABLES: Final[Mapping[str, Shape]] = {
    "accepted_domains": accepted_domains.SHAPE,
    "transport_config": transport_config.SHAPE,
    "org_config": organization_config.SHAPE,
    "inbound_connectors": inbound_connectors.SHAPE,
}
_RECORDS: Final = {"spf_records": "", "dmarc_records": "_dmarc.", "dkim_records": "selector1._domainkey."}
_TENANT: Final = "tenant_details"
LISTS: Final = frozenset({*TABLES, *_RECORDS, _TENANT})


def read(list_name: str, row: Row, found: Findings) -> None:
    """Take in one record of one of its lists."""
    if list_name in TABLES:
        shape = TABLES[list_name]
        shape.read(Row(Origin(row.origin.file, 0), row.cells, row.columns, shape.command), found)
    elif list_name in _RECORDS:
        _read_records(row, found, _RECORDS[list_name])
    elif list_name == _TENANT:
        _read_tenant(row, found)


def _read_records(row: Row, found: Findings, prefix: str) -> None:
    """Take in the answers that DNS gave: of DMARC and DKIM under the name that the log says was asked."""
    domain = row.needs(cells.text, "domain").lower()
    name = f"{prefix}{domain}"
    for asked in _listed(row.value("log")):
        if prefix and isinstance(asked, Mapping) and _listed(asked.get("query_answers")):
            name = str(asked.get("query_name", name)).rstrip(".").lower()
    for answer in dict.fromkeys(str(one) for one in _listed(row.value("rdata"))):
        add_record(found, Record(name, "TXT", answer), row.origin)


def _listed(value: object) -> list[Any]:
    """Give a list, which PowerShell writes without brackets when it has one element."""
    return value if isinstance(value, list) else [] if cells.is_nothing(value) or value == {} else [value]


def _read_tenant(row: Row, found: Findings) -> None:
    label = initial_label(str(row.value("domainname") or ""))
    if label:
        found.tenant_names.setdefault(label, row.origin)
    said = row.value("tenantid")
    if isinstance(said, str) and len(said) == len("11111111-1111-1111-1111-111111111111"):  # else it is an error's text
        found.put(found.entry("tenant", "", row.origin), "id", said.lower(), row.origin)
    for more in _listed(row.value("aadadditionaldata")):
        if isinstance(more, Mapping) and isinstance(more.get("CreatedDateTime"), str):
            created = cells.instant(more["CreatedDateTime"]).replace(hour=0, minute=0, second=0, microsecond=0)
            found.put(found.entry("tenant", "", row.origin), "created", created, row.origin)
