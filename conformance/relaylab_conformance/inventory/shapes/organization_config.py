"""``Get-OrganizationConfig``: RejectDirectSend, aliases, the default authentication policy (facts ADM-ORG-01 to 04).

``Name`` is the tenant's onmicrosoft.com name. The day of WhenCreated is taken as the tenant's creation: inferred, since
the reference describes no output.
"""

from __future__ import annotations

from typing import Final

from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.by_grammar import take
from relaylab_conformance.inventory.cells import UnclearError
from relaylab_conformance.inventory.found import Findings, NoteKind
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.shape import Shape, columns
from relaylab_conformance.inventory.tenant_name import initial_label

_CREATED: Final = ("whencreatedutc", "whencreated")
_POLICY: Final = "default_authentication_policy"


def _read(row: Row, found: Findings) -> None:
    for column in ("name", "identity"):
        label = initial_label(str(row.value(column) or ""))
        if label:
            found.tenant_names.setdefault(label, row.origin)
            break
    taken = take(row, "organization_config", {})
    found.add("organization_config", "", row.origin, taken, row.command)
    try:
        created = row.read(cells.instant, *_CREATED)
    except UnclearError:
        column = row.columns[row.has(*_CREATED) or _CREATED[0]]
        found.note(NoteKind.UNCLEAR, row.origin, column, "day and month can be exchanged", "export it as JSON")
        return
    if created is not None:
        day = created.replace(hour=0, minute=0, second=0, microsecond=0)
        note = "WhenCreated of the organisation: inferred to be the tenant's day"
        found.put(found.entry("tenant", "", row.origin), "created", day, row.origin, note)


SHAPE: Final = Shape(
    name="organization_config",
    title="Get-OrganizationConfig",
    command=(
        "Get-OrganizationConfig | Select-Object Name, RejectDirectSend, SendFromAliasEnabled, "
        "DefaultAuthenticationPolicy, WhenCreatedUTC | ConvertTo-Json | Set-Content organizationconfig.json "
        "-Encoding utf8"
    ),
    asks="whether the tenant rejects Direct Send",
    marks=(
        columns("rejectdirectsend"),
        columns("oauth2clientprofileenabled"),
        columns("sendfromaliasenabled"),
        columns("defaultauthenticationpolicy"),
    ),
    needs=(("rejectdirectsend", "sendfromaliasenabled", "defaultauthenticationpolicy"),),
    read=_read,
)
