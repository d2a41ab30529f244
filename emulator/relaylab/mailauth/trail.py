"""Whose address authentication judges behind a gateway: the trail of Received fields, walked back (fact MX-CON-08).

Enhanced Filtering for connectors changes which address SPF sees, and nothing about attribution. How Exchange Online
reads foreign Received fields is not public; what is read here is the address in the from clause, however bracketed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from relaylab.domain.authentication import JudgedAddress
from relaylab.mailauth.fields import split_message

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST: Final = 2_048  # characters of a Received field that are looked at
_BY: Final = re.compile(r"\sby\s", re.IGNORECASE)
_NAME: Final = re.compile(r"from\s+([A-Za-z0-9._-]{1,255})(?=\s|$)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[\[(](?:IPv6:)?([0-9A-Fa-f:.]{2,45})[\])]", re.IGNORECASE)


def judged_address(
    content: bytes | bytearray,
    connecting: IPv4Address | IPv6Address,
    *,
    skip_last_ip: bool = False,
    skips: Callable[[IPv4Address | IPv6Address], bool] | None = None,
) -> JudgedAddress:
    """Give the first address that is not skipped, from the one that connected backwards; that one if all are.

    ``skip_last_ip`` is EFSkipLastIP, which skips the connecting address alone; ``skips`` tells whether an address is
    on EFSkipIPs, which counts only without it.
    """
    if not skip_last_ip and (skips is None or not skips(connecting)):
        return JudgedAddress(connecting)
    for ip, name in _trail(content):
        if skip_last_ip or skips is None or not skips(ip):
            setting = "EFSkipLastIP" if skip_last_ip else "EFSkipIPs"
            because = f"{setting} skips {connecting}: {ip} of the Received fields is judged"
            return JudgedAddress(ip, (because,), name)
    return JudgedAddress(connecting, (f"no Received field names an address before {connecting}, so it is judged",))


def _trail(content: bytes | bytearray) -> Iterator[tuple[IPv4Address | IPv6Address, str]]:
    for field in split_message(content).named("received"):
        clause = _BY.split(" ".join(field.value[:_LONGEST].decode("latin-1").split()), maxsplit=1)[0]
        for found in _ADDRESS.finditer(clause):
            try:
                ip = ip_address(found[1])
            except ValueError:
                continue
            name = _NAME.search(clause)
            yield ip, name[1] if name else ""
            break
