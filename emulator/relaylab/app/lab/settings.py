"""What to set on a device, worked out from the world and from where the listeners are. Nothing here is secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.connector import ConnectorType
from relaylab.domain.estate import Method
from relaylab.domain.tenant import Switch
from relaylab.domain.world import DEFAULT_PUBLIC_IP
from relaylab.rules import milestones
from relaylab.rules.dns.hve import FIRST_NAME, SERVICE_NAME
from relaylab.servers.lab_plan import REAL_PORTS, in_url

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.acs import AcsResource
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook
    from relaylab.servers.fleet import Listening

_MX_ZONES: Final = (".mail.protection.outlook.com", ".mx.microsoft")
_WITH_ACCOUNT: Final = (Method.SMTP_AUTH_BASIC, Method.SMTP_AUTH_OAUTH)
_WITH_HVE_ACCOUNT: Final = (Method.HVE_BASIC, Method.HVE_OAUTH)
_WITHOUT_ACCOUNT: Final = (Method.CONNECTOR_RELAY, Method.DIRECT_SEND)
_PASSWORD: Final = "on, with user name and password (LOGIN)"  # noqa: S105 - an instruction, not a secret
_STARTTLS: Final = "STARTTLS, not SSL/TLS"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """One way to send, as the fields of a device's menu.

    ``site`` is the office that what arrives there seems to come from, None for the lab's own listener. ``accounts``
    are the user names to choose from, empty where nobody signs in.
    """

    title: str
    methods: tuple[Method, ...]
    endpoint: str
    site: str | None
    server: str
    port: int
    security: str
    authentication: str
    accounts: tuple[str, ...]
    sender: str
    reaches: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSettings:
    """A resource of Azure Communication Services for a program that sends over REST: its endpoint, and who it sends as.

    ``by_address`` is the same for who cannot look its name up.
    """

    name: str
    endpoint: str
    by_address: str
    senders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DnsName:
    """A name that a device may have already, and the address it must mean in the lab."""

    name: str
    address: str


def device_settings(
    world: World, endpoints: Mapping[str, Listening], site: str | None = None
) -> tuple[DeviceSettings, ...]:
    """Give a device's settings for each of these listeners that takes mail, the lab's own or a site's."""
    return tuple(_settings(world, key, where, site) for key, where in endpoints.items() if key != "dns")


def dns_names(
    world: World, endpoints: Mapping[str, Listening], lab_names: tuple[str, ...], address: str
) -> tuple[DnsName, ...]:
    """Give the names to point at the lab's own listeners."""
    found = [DnsName(where.name, where.host) for where in endpoints.values() if where.name]
    if https := endpoints.get("https"):
        found += [DnsName(host, https.host) for resource in _acs_resources(world) for host in resource.host_names]
    if hve := endpoints.get("hve"):
        # Devices may still have the first name, of which no end is named, and a clock that moves on brings the other.
        found += [DnsName(name, hve.host) for name in (SERVICE_NAME, FIRST_NAME)]
    if mx := endpoints.get("mx"):
        found += [DnsName(name, mx.host) for name in mx_names(world)]
    return tuple(dict.fromkeys((*found, *(DnsName(name, address) for name in lab_names))))


def rest_settings(world: World, endpoints: Mapping[str, Listening]) -> tuple[RestSettings, ...]:
    """Give what a program sets for each resource; nothing where HTTPS has no place."""
    https = endpoints.get("https")
    if https is None:
        return ()
    port = "" if https.port == REAL_PORTS["https"] else f":{https.port}"
    return tuple(
        RestSettings(
            name=one.name,
            endpoint=f"https://{one.host_name}{port}/",
            by_address=f"https://{in_url(https.host)}{port}/acs/{one.name}/",
            senders=tuple(map(str, one.mail_froms)),
        )
        for one in _acs_resources(world)
    )


def mx_names(world: World) -> tuple[str, ...]:
    """Give the name of each accepted domain's MX: what the world's DNS says, else the usual form (fact MX-DNS-01)."""
    said: dict[str, list[str]] = {}
    for record in world.dns:
        host = record.value.split()[-1].rstrip(".").lower() if record.value.strip() else ""
        if record.type.upper() == "MX" and host.endswith(_MX_ZONES):
            said.setdefault(record.name.name, []).append(host)
    names = [name for domain in own_domains(world) for name in said.get(domain, [_usual_mx(domain)])]
    return tuple(dict.fromkeys(names))


def own_domains(world: World) -> tuple[str, ...]:
    """Give the accepted domains; a tenant's initial one only where it has no other."""
    return tuple(name for tenant in world.tenants for name in _domains(tenant))


def accounts(world: World) -> tuple[str, ...]:
    """Give the mailboxes that can sign in with a password."""
    return tuple(
        str(mailbox.address) for tenant in world.tenants for mailbox in tenant.mailboxes if mailbox.password is not None
    )


def hve_accounts(world: World) -> tuple[str, ...]:
    """Give the High Volume Email accounts that can sign in with a password."""
    return tuple(
        str(one.address) for tenant in world.tenants for one in tenant.hve_accounts if one.password is not None
    )


def smtp_usernames(world: World) -> tuple[str, ...]:
    """Give the names that sign in at Azure Communication Services, with the secret of their application."""
    return tuple(one.username for resource in _acs_resources(world) for one in resource.smtp_usernames)


def mail_froms(world: World) -> tuple[str, ...]:
    """Give the addresses that Azure Communication Services send as."""
    return tuple(str(address) for resource in _acs_resources(world) for address in resource.mail_froms)


def _acs_resources(world: World) -> tuple[AcsResource, ...]:
    return tuple(resource for tenant in world.tenants for resource in tenant.acs_resources)


def recipient_for_a_test(world: World) -> str | None:
    """Give a mailbox to send a test to, one that sends nothing itself where there is one."""
    mailboxes = [mailbox for tenant in world.tenants for mailbox in tenant.mailboxes]
    mailboxes.sort(key=lambda mailbox: mailbox.password is not None)
    return str(mailboxes[0].address) if mailboxes else None


def cutover(world: World, rulebook: Rulebook, now: datetime) -> str:
    """Say in a sentence what becomes of a password at this instant."""
    come = {
        milestone: rulebook.calendar.has_come(milestone.name, now)
        for milestone in (
            milestones.BASIC_AUTH_REMOVED,
            milestones.BASIC_AUTH_OFF_BY_DEFAULT,
            milestones.BASIC_AUTH_RAMP_BEGINS,
        )
    }
    if come[milestones.BASIC_AUTH_REMOVED]:
        return "Basic authentication is removed: every password is refused."
    if come[milestones.BASIC_AUTH_OFF_BY_DEFAULT]:
        on = [tenant.name for tenant in world.tenants if tenant.basic_auth_smtp is Switch.ON]
        but = f", except in {', '.join(on)}, where it was turned on again" if on else ""
        return f"Basic authentication is off by default: passwords are refused{but}."
    if come[milestones.BASIC_AUTH_RAMP_BEGINS]:
        return "Basic authentication is being turned off: passwords are refused."
    return "Basic authentication is still on: passwords are taken where SMTP AUTH is enabled."


def _settings(world: World, key: str, where: Listening, site: str | None) -> DeviceSettings:
    if key == "mx":
        return DeviceSettings(
            title="Without an account (connector relay, Direct Send)",
            methods=_WITHOUT_ACCOUNT,
            endpoint=key,
            site=site,
            server=where.host,
            port=where.port,
            security="STARTTLS if the device has it, otherwise none",
            authentication="off",
            accounts=(),
            sender=f"any address at {_listed(own_domains(world))}",
            reaches=_reach(world, site),
        )
    if key == "hve":
        return DeviceSettings(
            title="With a High Volume Email account",
            methods=_WITH_HVE_ACCOUNT,
            endpoint=key,
            site=site,
            server=where.host,
            port=where.port,
            security=_STARTTLS,
            authentication=_PASSWORD,
            accounts=hve_accounts(world),
            sender="the same address as the user name",
            reaches="recipients of the account's own tenant only",
        )
    if key == "acs_smtp":
        return DeviceSettings(
            title="With an application (Azure Communication Services Email)",
            methods=(Method.ACS_SMTP,),
            endpoint=key,
            site=site,
            server=where.host,
            port=where.port,
            security=_STARTTLS,
            authentication="on, with an SMTP username and the application's client secret (LOGIN)",
            accounts=smtp_usernames(world),
            sender=_listed(mail_froms(world)) if mail_froms(world) else "a MailFrom address of a linked domain",
            reaches="every recipient",
        )
    is_legacy = key == "submission_legacy"
    return DeviceSettings(
        title="With an account, on a device without TLS 1.2" if is_legacy else "With an account (client submission)",
        methods=_WITH_ACCOUNT,
        endpoint=key,
        site=site,
        server=where.host,
        port=where.port,
        security=_STARTTLS,
        authentication=_PASSWORD,
        accounts=accounts(world),
        sender="the same address as the user name",
        reaches="every recipient",
    )


def _reach(world: World, site: str | None) -> str:
    """Say whom mail without an account reaches, seen from where it seems to come from."""
    office = world.site(site) if site else None
    if office is None:
        return f"the lab's own mailboxes only: the device counts as {DEFAULT_PUBLIC_IP}, which no connector lists"
    connectors = [
        f'connector "{connector.name}" of {tenant.name}'
        for tenant in world.tenants
        for connector in tenant.inbound_connectors
        if connector.enabled
        and connector.connector_type is ConnectorType.ON_PREMISES
        and connector.lists(office.public_ip)
    ]
    if not connectors:
        return f"the lab's own mailboxes only: no connector lists {office.public_ip}"
    return f"every recipient: {office.public_ip} is listed by {_listed(connectors, 'and')}"


def _domains(tenant: Tenant) -> tuple[str, ...]:
    named = tuple(domain.name.name for domain in tenant.domains if domain.name != tenant.initial_domain)
    return named or (tenant.initial_domain.name,)


def _usual_mx(domain: str) -> str:
    return domain.replace(".", "-") + _MX_ZONES[0]


def _listed(words: tuple[str, ...] | list[str], conjunction: str = "or") -> str:
    *most, last = words
    return f"{', '.join(most)} {conjunction} {last}" if most else last
