"""The host name of Entra's token endpoint; the one of the Exchange admin API is on submission's way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from relaylab.domain.world import DnsRecord
from relaylab.domain.zone import Door
from relaylab.engine.publication import Publishing, address_records, published
from relaylab.rules import sources
from relaylab.rules.dns import addresses

_LOGIN: Final = "login.microsoftonline.com"
ZONES: Final = (_LOGIN,)


@published(source=sources.ENTRA_HOST, door=Door.HTTPS)
def login_host(_: Publishing) -> Iterator[DnsRecord]:
    """login.microsoftonline.com gives out the tokens."""
    yield from address_records(_LOGIN, addresses.ENTRA)


PUBLICATIONS: Final = (login_host,)
