"""Values for tests, made from whole cloth: name what matters to the test, leave the rest.

Every builder gives something that is in order: a mailbox that may sign in, a message that is accepted. Addresses,
domains and instants may be given as text. Any other field of the value goes by its own name.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import IPv4Network, ip_address
from typing import Final

from relaylab.domain.address import Address, DomainName
from relaylab.domain.asks import DataAsk, DeliveryAsk, HelloAsk, MailAsk, MechanismAsk, RcptAsk, SignInAsk
from relaylab.domain.certificate import ChainFault, ClientCertificate
from relaylab.domain.clock import Window, parse_instant
from relaylab.domain.connector import ConnectorType, InboundConnector
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.identity import Credential, Mechanism
from relaylab.domain.message import Envelope, MessageHead
from relaylab.domain.peer import Peer, TlsFacts
from relaylab.domain.secret import Secret
from relaylab.domain.tenant import AcceptedDomain, Mailbox, Tenant
from relaylab.domain.world import Recipient, World

MICROSECOND: Final = timedelta(microseconds=1)
TODAY: Final = "2026-12-01"  # before the cutover, after everything else that has happened
PASSWORD: Final = "Winter-2026!"
OFFICE_IP: Final = "198.51.100.7"  # TEST-NET-2 (RFC 5737)
TLS: Final = TlsFacts("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384", "smtp.office365.com")
OLD_TLS: Final = TlsFacts("TLSv1.1", "ECDHE-RSA-AES256-SHA", "smtp.office365.com")
RECEIPT: Final = (
    ("message_id", "<1@contoso.com>"),
    ("internal_id", "38521561683110"),
    ("backend", "TYZPR06MB6239.apcprd06.prod.outlook.com"),
    ("octets", "8547"),
    ("seconds", "0.132"),
    ("rate", "63.086"),
)


# Instants -----------------------------------------------------------------------------------------------------------


def at(instant: str | datetime) -> datetime:
    """An instant: ``at("2026-12-31")`` is its midnight in UTC."""
    return parse_instant(instant) if isinstance(instant, str) else instant


def just_before(instant: str | datetime) -> datetime:
    """The last microsecond before an instant."""
    return at(instant) - MICROSECOND


# Nouns --------------------------------------------------------------------------------------------------------------


def an_address(text: str | Address) -> Address:
    return Address.parse(text) if isinstance(text, str) else text


def some_addresses(count: int, *, domain: str = "fabrikam.com") -> tuple[Address, ...]:
    """So many addresses, each another one."""
    return tuple(Address.parse(f"person{number}@{domain}") for number in range(count))


def a_domain(text: str | DomainName) -> DomainName:
    return DomainName.parse(text) if isinstance(text, str) else text


def a_peer(ip: str = OFFICE_IP, site: str | None = None) -> Peer:
    return Peer(ip_address(ip), site)


def a_mailbox(address: str | Address = "scanner@contoso.com", **changes: object) -> Mailbox:
    """A licensed mailbox with a password, all of whose switches follow its tenant."""
    return replace(Mailbox(address=an_address(address), password=Secret(PASSWORD)), **changes)  # type: ignore[arg-type]


def a_connector(*networks: str, name: str = "hq", **changes: object) -> InboundConnector:
    """An OnPremises connector for these networks, or for the office's address."""
    connector = InboundConnector(
        name=name,
        connector_type=ConnectorType.ON_PREMISES,
        sender_domains=("*",),
        sender_ip_addresses=tuple(IPv4Network(network) for network in networks or (OFFICE_IP,)),
    )
    return replace(connector, **changes)  # type: ignore[arg-type]


def a_certificate(*names: str, defect: ChainFault | None = None, **changes: object) -> ClientCertificate:
    """A certificate for these names; its chain leads to a trusted root for ever, unless it has a defect."""
    certificate = ClientCertificate(
        subject=names[0] if names else None,
        names=names[1:],
        issuer="CN=Test Authority",
        not_before=at("2020-01-01"),
        not_after=at("2100-01-01"),
        fingerprint="A1:B2",
        trusted=None if defect else Window(),
        defect=defect,
    )
    return replace(certificate, **changes)  # type: ignore[arg-type]


def a_tenant(
    name: str = "contoso",
    *domains: str | AcceptedDomain,
    mailboxes: tuple[Mailbox, ...] | None = None,
    **changes: object,
) -> Tenant:
    """A tenant of 2015 with the domain ``<name>.com`` and one mailbox, ``scanner@`` its first domain."""
    accepted = tuple(
        domain if isinstance(domain, AcceptedDomain) else AcceptedDomain(DomainName.parse(domain), default=place == 0)
        for place, domain in enumerate(domains or (f"{name}.com",))
    )
    own = (a_mailbox(f"scanner@{accepted[0].name}"),) if mailboxes is None else mailboxes
    tenant = Tenant(name=name, id=f"{name}-id", accepted_domains=accepted, mailboxes=own)
    return replace(tenant, **changes)  # type: ignore[arg-type]


def a_world(*tenants: Tenant, **changes: object) -> World:
    """A world of these tenants, or of contoso alone."""
    return replace(World(tenants=tenants or (a_tenant(),)), **changes)  # type: ignore[arg-type]


def a_recipient(address: str | Address = "scanner@contoso.com", world: World | None = None) -> Recipient:
    """What an address is to a world, or to the world of contoso alone."""
    return (world or a_world()).recipient(an_address(address))


def an_envelope(mail_from: str | None = "scanner@contoso.com", *recipients: str | Address) -> Envelope:
    to = tuple(an_address(recipient) for recipient in recipients or ("desk@fabrikam.com",))
    return Envelope(None if mail_from is None else an_address(mail_from), to)


def a_head(mail_from: str | None = "scanner@contoso.com") -> MessageHead:
    sender = None if mail_from is None else an_address(mail_from)
    return MessageHead(sender, has_from=sender is not None, subject="Scan", message_id="<1@contoso.com>")


# Asks ---------------------------------------------------------------------------------------------------------------


def a_hello_ask(
    argument: str = "printer.contoso.com",
    *,
    now: str | datetime = TODAY,
    endpoint: Endpoint = Endpoint.SUBMISSION,
    **changes: object,
) -> HelloAsk:
    """EHLO with a name in order."""
    ask = HelloAsk(endpoint=endpoint, now=at(now), peer=a_peer(), argument=argument)
    return replace(ask, **changes)  # type: ignore[arg-type]


def a_mechanism_ask(
    name: str = "LOGIN", *, now: str | datetime = TODAY, endpoint: Endpoint = Endpoint.SUBMISSION, **changes: object
) -> MechanismAsk:
    """AUTH inside TLS with a mechanism as the client wrote its name."""
    ask = MechanismAsk(
        endpoint=endpoint,
        now=at(now),
        peer=a_peer(),
        tls=TLS,
        mechanism=Mechanism.named(name),
        mechanism_name=name,
    )
    return replace(ask, **changes)  # type: ignore[arg-type]


def a_sign_in_ask(
    mailbox: Mailbox | None = None, *, tenant: Tenant | None = None, now: str | datetime = TODAY, **changes: object
) -> SignInAsk:
    """The right password by LOGIN inside TLS; the policy is the one that the tenant has for the mailbox."""
    own = mailbox or a_mailbox()
    home = tenant or a_tenant(mailboxes=(own,))
    ask = SignInAsk(
        endpoint=Endpoint.SUBMISSION,
        now=at(now),
        peer=a_peer(),
        tls=TLS,
        mechanism=Mechanism.LOGIN,
        user=str(own.address),
        credential=Credential.MATCHES,
        tenant=home,
        mailbox=own,
        policy=home.policy_of(own),
    )
    return replace(ask, **changes)  # type: ignore[arg-type]


def a_token_ask(
    mailbox: Mailbox | None = None, *, tenant: Tenant | None = None, now: str | datetime = TODAY, **changes: object
) -> SignInAsk:
    """The right token by XOAUTH2 inside TLS."""
    return a_sign_in_ask(mailbox, tenant=tenant, now=now, **({"mechanism": Mechanism.XOAUTH2} | changes))


def a_stranger_s_sign_in_ask(user: str = "nobody@contoso.com", **changes: object) -> SignInAsk:
    """A password for a name that no tenant has."""
    nobody = {"user": user, "credential": Credential.WRONG, "tenant": None, "mailbox": None, "policy": None}
    return replace(a_sign_in_ask(), **(nobody | changes))  # type: ignore[arg-type]


def a_mail_ask(
    mail_from: str | None = "scanner@contoso.com",
    *,
    now: str | datetime = TODAY,
    endpoint: Endpoint = Endpoint.SUBMISSION,
    **changes: object,
) -> MailAsk:
    """MAIL inside TLS; at client submission the scanner of contoso is signed in."""
    signed_in = endpoint is Endpoint.SUBMISSION
    ask = MailAsk(
        endpoint=endpoint,
        now=at(now),
        peer=a_peer(),
        tls=TLS,
        mail_from=None if mail_from is None else an_address(mail_from),
        principal=a_mailbox() if signed_in else None,
        tenant=a_tenant() if signed_in else None,
    )
    return replace(ask, **changes)  # type: ignore[arg-type]


def a_rcpt_ask(
    recipient: str | Recipient = "scanner@contoso.com",
    *,
    mail_from: str | None = "desk@fabrikam.com",
    world: World | None = None,
    now: str | datetime = TODAY,
    endpoint: Endpoint = Endpoint.MX,
    **changes: object,
) -> RcptAsk:
    """RCPT for the first recipient of a transaction, in the world of contoso or another one."""
    ask = RcptAsk(
        endpoint=endpoint,
        now=at(now),
        peer=a_peer(),
        tls=TLS,
        mail_from=None if mail_from is None else an_address(mail_from),
        recipient=recipient if isinstance(recipient, Recipient) else a_recipient(recipient, world),
        principal=a_mailbox() if endpoint is Endpoint.SUBMISSION else None,
    )
    return replace(ask, **changes)  # type: ignore[arg-type]


def a_data_ask(
    *recipients: str | Address,
    mail_from: str | None = "scanner@contoso.com",
    world: World | None = None,
    now: str | datetime = TODAY,
    endpoint: Endpoint = Endpoint.SUBMISSION,
    **changes: object,
) -> DataAsk:
    """A small complete message; at client submission contoso's scanner sends it as itself to somebody outside."""
    signed_in = endpoint is Endpoint.SUBMISSION
    envelope = an_envelope(mail_from, *(recipients or (("desk@fabrikam.com" if signed_in else "scanner@contoso.com"),)))
    ask = DataAsk(
        endpoint=endpoint,
        now=at(now),
        peer=a_peer(),
        tls=TLS,
        envelope=envelope,
        head=a_head(mail_from),
        size=2_000,
        principal=a_mailbox() if signed_in else None,
        tenant=a_tenant() if signed_in else None,
        outside=tuple(address for address in envelope.recipients if a_recipient(address, world).is_outside),
        charge=len(envelope.recipients),
        sender=envelope.mail_from,
        receipt=RECEIPT,
    )
    return replace(ask, **changes)  # type: ignore[arg-type]


def a_delivery_ask(
    recipient: str | Recipient = "desk@fabrikam.com",
    *,
    mail_from: str | None = "scanner@contoso.com",
    world: World | None = None,
    now: str | datetime = TODAY,
    endpoint: Endpoint = Endpoint.SUBMISSION,
    **changes: object,
) -> DeliveryAsk:
    """The only copy of a small message from contoso's scanner, for a recipient outside."""
    ask = DeliveryAsk(
        endpoint=endpoint,
        now=at(now),
        peer=a_peer(),
        tls=TLS,
        recipient=recipient if isinstance(recipient, Recipient) else a_recipient(recipient, world),
        mail_from=None if mail_from is None else an_address(mail_from),
        size=2_000,
        recipients=1,
        principal=a_mailbox() if endpoint is Endpoint.SUBMISSION else None,
        tenant=a_tenant(),
        recipients_today=1,
    )
    return replace(ask, **changes)  # type: ignore[arg-type]
