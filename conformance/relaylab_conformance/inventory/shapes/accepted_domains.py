"""``Get-AcceptedDomain``: the domains of the tenant, and by its onmicrosoft.com domain its name (fact ADM-AD-02)."""

from __future__ import annotations

from typing import Final

from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.by_grammar import check, take
from relaylab_conformance.inventory.found import Findings
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.shape import Shape, columns
from relaylab_conformance.inventory.tenant_name import initial_label

_RENAMED: Final = {"name": ("domainname", "name"), "when_created": ("whencreatedutc", "whencreated")}


def _read(row: Row, found: Findings) -> None:
    """Take in a domain; the initial one is every tenant's own, and is written only where it says something more."""
    name = row.needs(cells.text, "domainname", "name").lower()
    taken = take(row, "accepted_domain", _RENAMED, skip=("name",), lenient=("domain_type",))
    label = initial_label(name)
    if label is not None:
        found.tenant_names.setdefault(label, row.origin)
        if not row.read(cells.switch, "default"):
            return
    check(row, "accepted_domain", {"name": name, **taken.values}, _RENAMED)
    found.add("accepted_domain", name, row.origin, taken, row.command)


SHAPE: Final = Shape(
    name="accepted_domains",
    title="Get-AcceptedDomain",
    command=(
        "Get-AcceptedDomain | Select-Object DomainName, DomainType, Default, InitialDomain, MatchSubDomains, "
        "OutboundOnly, SendingFromDomainDisabled, SendingToDomainDisabled, MailFlowRegion | "
        "Export-Csv accepteddomain.csv -NoTypeInformation -Encoding utf8"
    ),
    asks="which domains are the tenant's, and what it is called",
    marks=(columns("domainname", "domaintype"),),
    needs=(("domainname",), ("domaintype",)),
    read=_read,
    also=columns("matchsubdomains", "initialdomain"),
)
