"""The estate to certify: offices, and the senders that stand in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Final

from relaylab.domain.reputation import Reputation

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.secret import Secret


class Method(StrEnum):
    """A way to hand mail to Microsoft 365, and one that is not."""

    SMTP_AUTH_BASIC = "smtp-auth-basic"
    SMTP_AUTH_OAUTH = "smtp-auth-oauth"
    CONNECTOR_RELAY = "connector-relay"
    DIRECT_SEND = "direct-send"
    HVE_BASIC = "hve-basic"
    HVE_OAUTH = "hve-oauth"
    ACS_SMTP = "acs-smtp"
    ACS_REST = "acs-rest"
    MAIL_CONTACT = "mail-contact"


class AcsCredential(StrEnum):
    """What a sender shows to Azure Communication Services Email."""

    ACCESS_KEY = "access-key"  # REST: signs each request
    CLIENT_SECRET = "client-secret"  # noqa: S105 - a word; SMTP: the password of AUTH LOGIN
    TOKEN = "token"  # noqa: S105 - a word; either: Entra's, as XOAUTH2 or as bearer

    @property
    def methods(self) -> frozenset[Method]:
        """The methods that take it."""
        return _METHODS_OF[self]


_METHODS_OF: Final = {
    AcsCredential.ACCESS_KEY: frozenset({Method.ACS_REST}),
    AcsCredential.CLIENT_SECRET: frozenset({Method.ACS_SMTP}),
    AcsCredential.TOKEN: frozenset({Method.ACS_SMTP, Method.ACS_REST}),
}


class OutboundPort25(StrEnum):
    """What an access provider does with connections to port 25 (fact COR-44)."""

    OPEN = "open"
    DROPPED = "dropped"  # never answered: the sender waits until it gives up
    REFUSED = "refused"  # reset at once


@dataclass(frozen=True, slots=True)
class Site:
    """An office: what its traffic looks like from outside.

    ``public_ipv6`` is a second address, of a dual-stack line: what its clients say over IPv6 comes from there, and they
    prefer IPv6 wherever a host answers AAAA (RFC 6724; fact COR-02). ``client_addresses`` are the loopback or LAN
    addresses whose connections count as coming from this site, whatever port they arrive at. ``reputation`` is what the
    service thinks of its address, ``outbound_port_25`` what its access provider does with port 25 over IPv4,
    ``smart_host_region`` the region of the MX that its senders were pointed at (None: the right one).
    """

    name: str
    public_ip: IPv4Address | IPv6Address
    client_addresses: tuple[IPv4Address | IPv6Address, ...] = ()
    reputation: Reputation = Reputation.GOOD
    outbound_port_25: OutboundPort25 = OutboundPort25.OPEN
    smart_host_region: str | None = None
    public_ipv6: IPv6Address | None = None

    @property
    def addresses(self) -> tuple[IPv4Address | IPv6Address, ...]:
        """Every address that its traffic may come from."""
        return (self.public_ip,) if self.public_ipv6 is None else (self.public_ip, self.public_ipv6)

    def address_over(self, version: int) -> IPv4Address | IPv6Address:
        """Give the address that it is seen with over IPv4 (4) or IPv6 (6); the only one, where it has one."""
        return self.public_ipv6 if version == 6 and self.public_ipv6 is not None else self.public_ip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A device or program that sends: how it does so today and how it is meant to in future.

    ``sign_in`` is the mailbox whose credentials it holds (left out: the mailbox of ``from_address``), ``sign_in_user``
    the user whose token opens that mailbox, where it is a shared one (fact OA-CHK-04), ``app_id`` the
    application of an OAuth sender and ``client_secret`` the secret it has of it (left out: the one that lasts longest),
    ``planned_for`` the date its owner believes in. ``hve_account`` is the High Volume
    Email account that it moves to, or uses, where it signs in with a mailbox otherwise: it sends from there, since
    that service takes no other sender. ``acs_resource`` is the Azure Communication Services resource that it moves to,
    or uses (left out: the one of its tenant that its domain is linked to, else the first), ``acs_credential`` what it
    shows there (left out: an access key over REST, a client secret over SMTP).
    """

    name: str
    profile: str
    from_address: Address
    to: tuple[Address, ...]
    today: Method
    target: Method
    site: str | None = None
    sign_in: Address | None = None
    app_id: str | None = None
    client_secret: Secret | None = None
    messages_per_day: int = 1
    planned_for: date | None = None
    hve_account: Address | None = None
    acs_resource: str | None = None
    acs_credential: AcsCredential | None = None
    sign_in_user: Address | None = None

    @property
    def signs_in_as(self) -> Address:
        """The mailbox whose credentials the sender holds."""
        return self.sign_in or self.from_address

    def shows_a_token(self, method: Method) -> bool:
        """Tell whether it brings a token of Entra where another credential would do."""
        return self.acs_credential is AcsCredential.TOKEN and method in AcsCredential.TOKEN.methods
