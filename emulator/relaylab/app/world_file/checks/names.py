"""What has a name has it alone: no two tables of a kind are called the same."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from relaylab.app.world_file.draft import Draft
from relaylab.app.world_file.errors import ROOT, Fault, Place, shown
from relaylab.app.world_file.known import KnownNames
from relaylab.domain.acs import AcsResource
from relaylab.domain.connector import InboundConnector
from relaylab.domain.directory import AppRegistration, ServicePrincipal
from relaylab.domain.estate import Sender, Site
from relaylab.domain.reputation import SenderReputation
from relaylab.domain.secret import Secret
from relaylab.domain.tenant import (
    AuthenticationPolicy,
    ConditionalAccessPolicy,
    FixedToken,
    Tenant,
)

_ALONE_IN_ITS_TENANT: Final = (
    (AuthenticationPolicy, "name"),
    (ConditionalAccessPolicy, "name"),
    (InboundConnector, "name"),
    (AppRegistration, "app_id"),
    (ServicePrincipal, "app_id"),
)
_ALONE_IN_THE_WORLD: Final = (
    (Tenant, "name"),
    (Tenant, "id"),
    (AcsResource, "name"),  # its name is part of host names
    (FixedToken, "value"),
    (Site, "name"),
    (Sender, "name"),
    (SenderReputation, "name"),
)


def names_are_used_once(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """Two tables of a kind have two names."""
    for kind, key in (*_ALONE_IN_ITS_TENANT, *_ALONE_IN_THE_WORLD):
        first: dict[tuple[Place, str], Place] = {}
        for entry in draft.of(kind):
            value = getattr(entry.noun, key)
            text = value.reveal() if isinstance(value, Secret) else value.casefold()
            scope = entry.scope if (kind, key) in _ALONE_IN_ITS_TENANT else ROOT
            place = entry.place / key
            if (earlier := first.setdefault((scope, text), place)) != place and key in entry.written:
                seen = None if isinstance(value, Secret) else shown(value)
                yield Fault(place, seen, f"is taken by {earlier}", f"give it a {key} of its own")


def client_addresses_have_one_site(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A client's own address counts as coming from one site."""
    first: dict[IPv4Address | IPv6Address, Place] = {}
    for entry in draft.of(Site):
        for index, address in enumerate(entry.noun.client_addresses):
            place = entry.place / "client_addresses" / index
            if (earlier := first.setdefault(address, place)) != place:
                yield Fault(
                    place, shown(str(address)), f"is taken by {earlier}", "a client stands in one site: leave one out"
                )


CHECKS: Final = (names_are_used_once, client_addresses_have_one_site)
