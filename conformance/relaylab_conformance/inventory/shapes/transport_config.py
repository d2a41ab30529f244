"""``Get-TransportConfig``: whether SMTP AUTH is switched off for the organisation (fact ADM-TC-01)."""

from __future__ import annotations

from typing import Final

from relaylab_conformance.inventory.by_grammar import take
from relaylab_conformance.inventory.found import Findings
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.shape import Shape, columns

_SWITCH: Final = "smtpclientauthenticationdisabled"
_NAMES: Final = ("identity", "name", "displayname")
_ITS_NAME: Final = "transport settings"


def _read(row: Row, found: Findings) -> None:
    named = [one for one in _NAMES if row.value(one) is not None]
    if named and not any(_ITS_NAME in str(row.value(one)).casefold() for one in named):
        way_out = "if this is a mailbox, export it with its address (Get-CASMailbox); else: " + row.command
        raise row.wrong(named[0], "is not the organisation's settings, whose name is Transport Settings", way_out)
    earlier = found.of("transport_config")
    if earlier and earlier[0].origin.file == row.origin.file and row.origin.row:
        way_out = "one organisation has one; if these are mailboxes, export them with Get-CASMailbox"
        raise row.wrong(_SWITCH, "stands in a second row", way_out)
    taken = take(row, "transport_config", {})
    found.add("transport_config", "", row.origin, taken, row.command)


SHAPE: Final = Shape(
    name="transport_config",
    title="Get-TransportConfig",
    command=(
        "Get-TransportConfig | Select-Object SmtpClientAuthenticationDisabled, AllowLegacyTLSClients | "
        "Export-Csv transportconfig.csv -NoTypeInformation -Encoding utf8"
    ),
    asks="whether SMTP AUTH is switched off for the organisation",
    marks=(columns(_SWITCH),),
    needs=((_SWITCH,),),
    read=_read,
    also=columns(
        "allowlegacytlsclients",
        "maxrecipientenvelopelimit",
        "journalingreportndrto",
        "externalpostmasteraddress",
        "replyallstormprotectionenabled",
    ),
)
