"""No verdict costs more in a world of more tenants: once a world is made, its lists are not walked through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from relaylab.app.config import LoadedWorld
from relaylab.domain.address import Address, DomainName
from relaylab.domain.directory import TrustedIssuer
from relaylab.domain.world import DnsRecord, World
from relaylab.servers.entra import lookup
from relaylab.session.acs_sign_in import read_name
from tests.builders import a_tenant
from tests.clients.by_socket import send_directly
from tests.conftest import Emulate
from tests.entra_asks import an_app

GUID = "11111111-1111-4111-8111-111111111111"


class Row(tuple[Any, ...]):
    """A list of a world that says when somebody walks through it."""

    __slots__ = ()
    walked: list[int] = []  # noqa: RUF012 - all rows tell into one list

    def __iter__(self) -> Iterator[Any]:
        self.walked.append(len(self))
        return super().__iter__()


@pytest.fixture
def told(small_world: LoadedWorld) -> World:
    lists = {field.name: getattr(small_world.world, field.name) for field in fields(World) if field.init}
    rows: dict[str, Any] = {name: Row(value) if isinstance(value, tuple) else value for name, value in lists.items()}
    world = World(**rows)
    Row.walked.clear()
    return world


def test_look_ups_walk_through_no_list_of_the_world(told: World) -> None:
    for name in ("contoso.com", "nowhere.example"):
        domain, address = DomainName.parse(name), Address.parse(f"helpdesk@{name}")
        told.tenant_of(domain)
        told.has_records_of(domain)
        told.recipient(address)
        told.mailbox(address)
        told.hve_account(address)
        told.state_of_sender(address.key, name)
        told.state_of_recipient(address)
        told.connectors_naming(f"mail.{name}")
    told.connectors_listing(IPv4Address("203.0.113.9"))
    told.reputation_of(IPv4Address("203.0.113.9"))
    for tenant in told.tenants[:1]:
        told.connectors_of(tenant)

    assert not Row.walked


def test_no_name_that_a_tenant_has_is_looked_for_tenant_by_tenant(told: World) -> None:
    for tenant in (told.tenants[0].id, "contoso.com", GUID):
        lookup.find_tenant(told, tenant)
    lookup.owner_of(told, an_app())
    lookup.find_app(told, None, an_app().app_id)
    for user in ("scanner@contoso.com", f"acs|{GUID}|{GUID}", f"acs.{GUID}.{GUID}"):
        read_name(user, told)
    told.register.trusting("https://issuer.example")

    assert not Row.walked


def test_of_two_that_share_a_name_the_first_of_the_world_has_it() -> None:
    first, second = (
        replace(a_tenant(), trusted_issuers=(TrustedIssuer(issuer="https://i.example", jwks=keys),))
        for keys in ("{}", "[]")
    )

    found = World(tenants=(first, second)).register
    assert first is found.tenant(first.id)
    assert (first, first.trusted_issuers[0]) == found.trusting("https://i.example")


def test_a_message_walks_through_no_list_of_the_world(emulate: Emulate, told: World) -> None:
    emulator = emulate()
    emulator.put(world=told)
    send_directly(emulator.endpoints["mx"])  # the zones of a world are made when they are asked for first
    Row.walked.clear()
    send_directly(emulator.endpoints["mx"])

    assert 2 == len(emulator.store.mail)
    assert not Row.walked


def test_a_record_tells_of_its_own_name_and_of_those_above_it(small_world: LoadedWorld) -> None:
    world = World(dns=tuple(_record(name) for name in ("_dmarc.contoso.com", "a.b.fabrikam.com", "com")))

    known = ("contoso.com", "pay.contoso.com", "fabrikam.com", "x.a.b.fabrikam.com")
    assert all(world.has_records_of(DomainName.parse(name)) for name in known)
    assert not any(world.has_records_of(DomainName.parse(name)) for name in ("toso.com", "other.example"))


def _record(name: str) -> DnsRecord:
    return DnsRecord(DomainName.parse(name), "TXT", "v=spf1 -all")
