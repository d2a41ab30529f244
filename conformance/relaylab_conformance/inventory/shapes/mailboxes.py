"""``Get-Mailbox``: limits of a mailbox, and whether somebody may sign in to it.

A shared mailbox has a disabled account, so it cannot sign in by itself (fact ADM-MB-01).
"""

from __future__ import annotations

from typing import Final

from relaylab_conformance.inventory.cells import is_nothing
from relaylab_conformance.inventory.found import Findings
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.cas_mailboxes import read_mailbox
from relaylab_conformance.inventory.shapes.shape import Shape, columns

_UNLIMITED: Final = "unlimited"


def _read(row: Row, found: Findings) -> None:
    """Take in a mailbox; a limit that is Unlimited is the service's own, which the world has by itself."""
    said = {
        column: cell
        for column, cell in row.cells.items()
        if is_nothing(cell) or not isinstance(cell, str) or cell.strip().lower() != _UNLIMITED
    }
    read_mailbox(Row(row.origin, said, row.columns, row.command), found)


SHAPE: Final = Shape(
    name="mailboxes",
    title="Get-Mailbox",
    command=(
        "Get-Mailbox -ResultSize Unlimited | Select-Object PrimarySmtpAddress, RecipientLimits, MaxSendSize, "
        "AccountDisabled, RequireSenderAuthenticationEnabled, "
        "@{n='EmailAddresses';e={$_.EmailAddresses -join ';'}} | Export-Csv mailbox.csv -NoTypeInformation "
        "-Encoding utf8"
    ),
    asks="limits of mailboxes, and which of them are shared",
    marks=(
        columns("primarysmtpaddress", "recipientlimits"),
        columns("primarysmtpaddress", "prohibitsendquota"),
        columns("primarysmtpaddress", "accountdisabled"),
    ),
    needs=(("primarysmtpaddress",),),
    read=_read,
)
