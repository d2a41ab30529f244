"""A small tenant of which every property is one that some export shows: it can be written out and read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random  # noqa: TID251 - the type of a stream; nobody makes one here
from typing import Any, Final

from relaylab.domain.randomness import Randomness

TRACE_DAYS: Final = 7
_FIRST_DAY: Final = date(2012, 1, 1)
_KINDS: Final = (
    "smtp-auth-basic",
    "smtp-auth-basic",
    "smtp-auth-oauth",
    "connector-relay",
    "direct-send",
)
_DEVICES: Final = ("scanner", "copier", "alarm", "backup", "erp", "ups", "crm", "timeclock", "invoices", "monitoring")


@dataclass(frozen=True, slots=True)
class Names:
    """Where names come from: ``person`` gives a first and a last name, ``place`` a town."""

    person: Callable[[], tuple[str, str]]
    place: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportEstate:
    """A tenant and its senders, in the words of the world file."""

    tenant: dict[str, Any]
    transport_config: dict[str, Any]
    organization_config: dict[str, Any]
    accepted_domains: list[dict[str, Any]]
    mailboxes: list[dict[str, Any]]
    people: dict[str, str]  # display names by address
    authentication_policies: list[dict[str, Any]]
    distribution_groups: list[dict[str, Any]]
    mail_contacts: list[dict[str, Any]]
    inbound_connectors: list[dict[str, Any]]
    hve_accounts: list[dict[str, Any]]
    dns: list[dict[str, str]]
    senders: list[dict[str, Any]]

    @property
    def domain(self) -> str:
        """Its first accepted domain."""
        return str(self.accepted_domains[0]["name"])


def an_estate(  # noqa: PLR0913 - what tells one estate from another
    seed: int, names: Names, *, tenant: str, domain: str, senders: int = 8, network: str = "203.0.113"
) -> ExportEstate:
    """Make an estate; the same seed and names give the same one.

    Sender number n stands at an address of its own in ``network``, one of the ranges for documentation (RFC 5737).
    """
    draw = Randomness(seed).stream("exports", tenant)
    people = _people(names, domain, 6)
    boxes = [_mailbox(draw, address) for address in people]
    found = [_sender(draw, number, domain, network, list(people)) for number in range(senders)]
    accounts = [one for one in found if str(one["today"]).startswith("smtp-auth")]
    boxes += [_mailbox(draw, str(one["from"])) | {"smtp_client_authentication_disabled": False} for one in accounts]
    relays = [one["ip"] for one in found if one["today"] == "connector-relay"]
    spf = " ".join(f"ip4:{one['ip']}" for one in found if one["ip"])
    return ExportEstate(
        tenant={"name": tenant, "created": _FIRST_DAY + timedelta(days=draw.randrange(4000))},
        transport_config={
            "smtp_client_authentication_disabled": draw.random() < 0.5,
            "allow_legacy_tls_clients": False,
        },
        organization_config={
            "reject_direct_send": draw.random() < 0.3,
            "send_from_alias_enabled": draw.random() < 0.5,
            "default_authentication_policy": draw.choice([None, "Allow SMTP"]),
        },
        accepted_domains=[
            {"name": domain, "domain_type": "Authoritative", "default": True, "match_sub_domains": False},
            {"name": f"plant.{domain}", "domain_type": "InternalRelay", "default": False, "match_sub_domains": True},
        ],
        mailboxes=boxes,
        people=people,
        authentication_policies=[
            {"name": "Block Basic", "allow_basic_auth_smtp": False, "users": draw.sample(list(people), 2)},
            {"name": "Allow SMTP", "allow_basic_auth_smtp": True, "users": []},
        ],
        distribution_groups=[
            {
                "address": f"all@{domain}",
                "members": [*draw.sample(list(people), 3), "desk@fabrikam.example"],
                "require_sender_authentication_enabled": draw.random() < 0.5,
            }
        ],
        mail_contacts=[{"name": f"Desk, {names.place()}", "external_email_address": "desk@fabrikam.example"}],
        inbound_connectors=[
            {
                "name": f"Relay {names.place()}",
                "connector_type": "OnPremises",
                "enabled": True,
                "sender_domains": ["*"],
                "sender_ip_addresses": relays or [f"{network}.250"],
                "tls_sender_certificate_name": None,
                "require_tls": draw.random() < 0.5,
            },
            {
                "name": "Partner gateway",
                "connector_type": "Partner",
                "enabled": draw.random() < 0.5,
                "sender_domains": ["fabrikam.example", "*.fabrikam.example"],
                "sender_ip_addresses": [],
                "tls_sender_certificate_name": "*.fabrikam.example",
                "require_tls": True,
            },
        ],
        hve_accounts=[{"address": f"bulk-hve@{domain}", "billing_policy_status": "BillingPolicyValid"}],
        dns=[
            {"name": domain, "type": "MX", "value": f"0 {domain.replace('.', '-')}.mail.protection.outlook.com"},
            {"name": domain, "type": "TXT", "value": f"v=spf1 {spf} include:spf.protection.outlook.com -all"},
            {"name": f"_dmarc.{domain}", "type": "TXT", "value": f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}"},
        ],
        senders=found,
    )


def _people(names: Names, domain: str, count: int) -> dict[str, str]:
    people: dict[str, str] = {}
    while len(people) < count:
        first, last = names.person()
        local = "".join(
            each for each in f"{first}.{last}".lower() if each.isascii() and (each.isalnum() or each == ".")
        )
        people.setdefault(f"{local.strip('.') or 'staff'}@{domain}", f"{last}, {first}")
    return people


def _mailbox(draw: Random, address: str) -> dict[str, Any]:
    local, _, domain = address.partition("@")
    also = [f"{local}.old@{domain}"] if draw.random() < 0.3 else []
    return {
        "address": address,
        "smtp_client_authentication_disabled": draw.choice([None, False, True]),
        "recipient_limits": draw.choice([500, 500, 1000]),
        "proxy_addresses": also,
    }


def _sender(draw: Random, number: int, domain: str, network: str, people: Sequence[str]) -> dict[str, Any]:
    kind = draw.choice(_KINDS)
    inside = draw.sample(people, draw.randint(1, 3))
    outside = [f"customer{number}@example.net"] if kind != "direct-send" and draw.random() < 0.5 else []
    return {
        "from": f"{_DEVICES[number % len(_DEVICES)]}{number or ''}@{domain}",
        "today": kind,
        "ip": None if kind == "smtp-auth-oauth" else f"{network}.{10 + number}",
        "to": [*inside, *outside],
        "messages_per_day": draw.randint(1, 9),
    }
