"""``Get-DistributionGroup``: lists, whom they take mail from, and their members where the export has them."""

from __future__ import annotations

from typing import Final

from relaylab.domain.powershell import argument
from relaylab_conformance.inventory.by_grammar import take
from relaylab_conformance.inventory.found import Findings
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.addresses import address
from relaylab_conformance.inventory.shapes.members import addresses_of
from relaylab_conformance.inventory.shapes.shape import Shape, columns

_LISTS: Final = {"members": ("members",), "accept_messages_only_from": ("acceptmessagesonlyfrom",)}


def _read(row: Row, found: Findings) -> None:
    primary = str(row.needs(address, "primarysmtpaddress", "windowsemailaddress"))
    taken = take(row, "distribution_group", {"address": ("primarysmtpaddress",)}, skip=("address", *_LISTS))
    for key, names in _LISTS.items():
        addresses_of(row, found, taken, key, names)
    entry = found.add("distribution_group", primary, row.origin, taken, row.command)
    if "members" not in entry.values and "members" not in row.cells:
        entry.unknown.setdefault("members", f"who is in it: Get-DistributionGroupMember -Identity {argument(primary)}")


SHAPE: Final = Shape(
    name="distribution_groups",
    title="Get-DistributionGroup",
    command=(
        "Get-DistributionGroup -ResultSize Unlimited | Select-Object PrimarySmtpAddress, GroupType, "
        "RequireSenderAuthenticationEnabled, @{n='Members';e={(Get-DistributionGroupMember $_.Identity -ResultSize "
        "Unlimited).PrimarySmtpAddress -join ';'}} | Export-Csv distributiongroup.csv -NoTypeInformation -Encoding utf8"
    ),
    asks="which lists there are, and how many a letter to one reaches",
    marks=(
        columns("primarysmtpaddress", "grouptype"),
        columns("primarysmtpaddress", "memberjoinrestriction"),
        columns("primarysmtpaddress", "members"),
        columns("primarysmtpaddress", "managedby", "requiresenderauthenticationenabled"),
    ),
    needs=(("primarysmtpaddress", "windowsemailaddress"),),
    read=_read,
)
