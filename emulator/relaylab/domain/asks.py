"""One Ask per decision point: exactly what the service can know there, already resolved.

There is no recipient in a SignInAsk and no password anywhere, so a rule cannot look at what has not happened yet; the
type checker sees to it. ``words`` gives the values for the blanks of reply texts and fixes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING

from relaylab.domain.anti_spoof import Handling
from relaylab.domain.arrival import Arrival
from relaylab.domain.attribution import Attribution, Direction
from relaylab.domain.clock import iso
from relaylab.domain.identity import Credential, Mechanism
from relaylab.domain.inside import standing_inside
from relaylab.domain.noun import noun
from relaylab.domain.reputation import Reputation, SenderState
from relaylab.domain.token import SMTP_AUDIENCES
from relaylab.domain.vouching import way_to_vouch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaylab.domain.acs import AcsResource, Sending
    from relaylab.domain.address import Address
    from relaylab.domain.authentication import AuthenticationResults, JudgedAddress
    from relaylab.domain.directory import ServicePrincipal, Spreading
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.hve import HveSender
    from relaylab.domain.message import Envelope, MessageHead
    from relaylab.domain.peer import Peer, TlsFacts
    from relaylab.domain.tenant import AuthenticationPolicy, Mailbox, Tenant
    from relaylab.domain.token import TokenFacts
    from relaylab.domain.world import Recipient

NOWHERE = Attribution(Direction.INCOMING)


def _signed_in(principal: Mailbox | None, hve: HveSender | None) -> str:
    """Give the address of the account that is signed in; empty where nobody is."""
    account = hve.account if hve is not None else principal
    return str(account.address) if account is not None else ""


def _spreading_words(spreading: Spreading | None) -> Mapping[str, str]:
    """Give the words of a grant that is on its way."""
    return {
        "granted": iso(spreading.granted) if spreading else "(never)",
        "spread": iso(spreading.until) if spreading else "(never)",
    }


@noun(kw_only=True)
class Ask:
    """What every decision knows: which door, when, who is at the other end, and TLS if there is any."""

    endpoint: Endpoint
    now: datetime
    peer: Peer
    tls: TlsFacts | None = None

    @property
    def arrival(self) -> Arrival:
        """What a connector can be matched with."""
        return Arrival.of(self.peer, self.tls, self.now)

    def words(self) -> Mapping[str, str]:
        """Give the words for the blanks of replies and fixes."""
        return {"ip": str(self.peer.ip)}

    def words_at_hand(self) -> Mapping[str, str]:
        """Give those words that cost nothing, the same as in ``words``: they are tried first."""
        return {}

    def fix_words(self) -> Mapping[str, str]:
        """Give the words for the blanks of fixes: those of replies, and what costs more to find out."""
        return self.words()

    def evidence(self) -> tuple[str, ...]:
        """Give what is worth saying about this situation, in sentences."""
        return ()


@noun(kw_only=True)
class HelloAsk(Ask):
    """EHLO or HELO was sent with this argument (possibly empty); ``server_name`` is the name in the greeting."""

    argument: str
    server_name: str = ""


@noun(kw_only=True)
class MechanismAsk(Ask):
    """AUTH named a mechanism; nothing of the credentials is known yet."""

    mechanism: Mechanism
    mechanism_name: str


@noun(kw_only=True)
class SignInAsk(Ask):
    """The credentials are complete: the last step of AUTH.

    ``user`` is the name as presented; ``tenant`` and ``mailbox`` are known when it is somebody's. ``recent_failures``
    counts wrong passwords for this name in the lock-out window. ``tenant_is_new`` tells a tenant that was created at
    or after the cutover. ``on_legacy_host`` is true at smtp-legacy.office365.com. At High Volume Email ``hve`` is the
    account whose name it is. ``alias_of`` is the mailbox that has ``user`` as an address besides its primary one.
    ``spreading`` is the grant that would let the token in once it has reached every server.
    """

    mechanism: Mechanism
    user: str
    credential: Credential
    tenant: Tenant | None = None
    mailbox: Mailbox | None = None
    policy: AuthenticationPolicy | None = None
    recent_failures: int = 0
    tenant_is_new: bool = False
    on_legacy_host: bool = False
    token: TokenFacts | None = None
    service_principal: ServicePrincipal | None = None
    app_role_covers_mailbox: bool = False
    token_opens_mailbox: bool = True
    hve: HveSender | None = None
    alias_of: Address | None = None
    spreading: Spreading | None = None

    @property
    def is_in_person(self) -> bool:
        """True when the account's own user signs in, not an application or somebody with FullAccess."""
        if self.hve is not None and self.token is not None:
            return self.token.user == str(self.hve.account.address)
        return self.token is None or (self.mailbox is not None and self.token.user == str(self.mailbox.address))

    @property
    def _app_id(self) -> str | None:
        if self.token is not None:
            return self.token.app_id
        registration = self.hve.registration if self.hve else None
        return registration.app_id if registration else None

    def words(self) -> Mapping[str, str]:
        """Add the user, the mailbox, the tenant, the policy and whose token it is."""
        return {
            "app_id": self._app_id or "(no application)",
            "object_id": (self.token.object_id if self.token else "") or "(no object id)",
            "audience": (self.token.audience if self.token else "") or "(no audience)",
            "token_user": (self.token.user if self.token else None) or "(no user)",
            "known_object_id": self.service_principal.object_id if self.service_principal else "(no object id)",
            "primary": str(self.alias_of) if self.alias_of else self.user,
            **_spreading_words(self.spreading),
            "ip": str(self.peer.ip),
            "user": self.user,
            "mailbox": str(self.mailbox.address) if self.mailbox else self.user,
            "tenant": self.tenant.name if self.tenant else "(no tenant)",
            "policy": self.policy.name if self.policy else "(no policy)",
        }

    def evidence(self) -> tuple[str, ...]:
        """Say who tried to sign in and how."""
        what = "a High Volume Email account" if self.hve else "a mailbox" if self.mailbox else ""
        whose = f"{what} of tenant {self.tenant.name}" if self.tenant and what else "no mailbox of this world"
        if self.alias_of is not None:
            whose = f"an address of {self.alias_of} besides its primary one"
        said = f"{self.mechanism} as {self.user}, {whose}"
        if self.token is None:
            return (said, f"the credential: {self.credential}")
        spreading = (str(self.spreading),) if self.spreading else ()
        return (said, *self.token.evidence(), *self._exchange_knows(), *spreading)

    def _exchange_knows(self) -> tuple[str, ...]:
        """Say what Exchange knows of an application, where its token is good and the mailbox is the tenant's."""
        token = self.token
        is_judged = token is not None and token.is_for_an_app and token.flaw is None and self.mailbox is not None
        if not is_judged or self.credential is not Credential.MATCHES or self._is_elsewhere:
            return ()
        known = f"by object id {self.service_principal.object_id}" if self.service_principal else "not at all"
        return (f"Exchange knows the application {known}",)

    @property
    def _is_elsewhere(self) -> bool:
        """True for a token of another tenant, or for another service than Exchange."""
        if self.token is None or self.tenant is None:
            return True
        return self.token.tenant_id != self.tenant.id or self.token.audience.rstrip("/") not in SMTP_AUDIENCES


@noun(kw_only=True)
class MailAsk(Ask):
    """MAIL FROM was sent.

    ``declared_size`` is the SIZE parameter in octets, ``sign_in_failure`` the line that an earlier failed AUTH of this
    session was refused with. ``sender_state`` is what the service thinks of the sender's address or domain, and
    ``hello_state`` of the name in EHLO. Who is signed in is a mailbox (``principal``), a High Volume Email account
    (``hve``) or an ACS resource (``acs``).
    """

    mail_from: Address | None
    principal: Mailbox | None = None
    tenant: Tenant | None = None
    hve: HveSender | None = None
    declared_size: int | None = None
    wants_smtputf8: bool = False
    sign_in_failure: str | None = None
    sender_state: SenderState = SenderState.GOOD
    hello_state: SenderState = SenderState.GOOD
    acs: AcsResource | None = None

    def words(self) -> Mapping[str, str]:
        """Add the sender and the saved failure."""
        return {
            "ip": str(self.peer.ip),
            "sender": str(self.mail_from) if self.mail_from else "<>",
            "mailbox": _signed_in(self.principal, self.hve) or "(nobody)",
            "app": (self.hve.app_object_id if self.hve else None) or "(no application)",
            "billing": self.hve.account.billing_policy_status if self.hve else "(no account)",
            "failure": self.sign_in_failure or "",
            **(self.acs.words(self.mail_from) if self.acs else {}),
        }


@noun(kw_only=True)
class RcptAsk(Ask):
    """RCPT TO was sent.

    ``recipients`` counts those already accepted in this transaction, ``same_domain`` those of them in this one's
    domain. ``bound_to`` is the id of the tenant that the transaction is bound to by an earlier recipient, "" when it
    is bound to the outside, None when it is free; ``bound_region`` is the region of that recipient's domain, if it has
    one. ``sender_counts`` is false where MAIL FROM is not what the reading
    ``direct_send_sender`` asks of Direct Send; ``direct_send_delay`` is what a change of RejectDirectSend takes.
    ``reputation`` is what the service thinks of the client's address, ``has_reverse_name`` tells whether that has a PTR
    record, ``region_of_host`` the region of the host that the client was pointed at (None: the right one). ``tenant``
    is the one of who is signed in; ``tenant_today`` and ``tenant_outside_today`` count the recipients, and those
    outside, of its High Volume Email in the last 24 hours, this transaction's included. ``recipient_state``
    is what stands against mail to the recipient.
    """

    mail_from: Address | None
    recipient: Recipient
    principal: Mailbox | None = None
    hve: HveSender | None = None
    tenant: Tenant | None = None
    tenant_today: int = 0
    tenant_outside_today: int = 0
    attribution: Attribution = NOWHERE
    recipients: int = 0
    same_domain: int = 0
    sender_counts: bool = True
    bound_to: str | None = None
    bound_region: str | None = None
    direct_send_delay: timedelta = timedelta(0)
    reputation: Reputation = Reputation.GOOD
    has_reverse_name: bool = True
    region_of_host: str | None = None
    recipient_state: SenderState = SenderState.GOOD

    @property
    def leaves_the_tenant(self) -> bool:
        """True when the recipient is in no accepted domain of the tenant that is signed in."""
        return self.tenant is not None and not self.recipient.is_of(self.tenant)

    def words(self) -> Mapping[str, str]:
        """Add sender, recipient and the recipient's tenant."""
        tenant = self.recipient.tenant or self.attribution.tenant or self.tenant
        return {
            "mailbox": _signed_in(self.principal, self.hve) or "(nobody)",
            "ip": str(self.peer.ip),
            "sender": str(self.mail_from) if self.mail_from else "<>",
            "sender_domain": str(self.mail_from.domain) if self.mail_from else "(none)",
            "recipient": str(self.recipient.address),
            "recipient_domain": str(self.recipient.address.domain),
            "client": f"[{self.peer.ip}]" if self.peer.ip.version == 4 else str(self.peer.ip),
            "range": str(ip_network((self.peer.ip, 24 if self.peer.ip.version == 4 else 64), strict=False)),
            "tenant": tenant.name if tenant else "(no tenant)",
        }

    def fix_words(self) -> Mapping[str, str]:
        """Add the connector that came nearest."""
        return {**self.words(), "nearest": nearest_way(self.attribution, (self.recipient,))}

    def evidence(self) -> tuple[str, ...]:
        """Say what the recipient is, and how the message was attributed."""
        owner = f" of tenant {self.recipient.tenant.name}" if self.recipient.tenant else ""
        return (
            f"{self.recipient.address} is {self.recipient.standing}{owner}",
            *(_contacts((self.recipient,)) if self.principal is None else ()),
            *self._changes(),
            *self.attribution.because,
            *(risk.sentence for risk in self.attribution.risks),
            *self._connectors(),
        )

    def _connectors(self) -> tuple[str, ...]:
        tenant = self.recipient.tenant
        if tenant is None:
            return self.attribution.rejected()
        return self.attribution.inside(tenant, lambda connector: standing_inside(self, connector))

    def _changes(self) -> tuple[str, ...]:
        """Say when RejectDirectSend was changed, and from when on that holds; nothing where that is not known."""
        tenant = self.recipient.tenant
        config = tenant.organization_config if tenant else None
        if tenant is None or config is None or config.reject_direct_send_changed is None:
            return ()
        changed, word = config.reject_direct_send_changed, "on" if config.reject_direct_send else "off"
        holds = f"holds from {iso(changed + self.direct_send_delay)} on"
        return (f"RejectDirectSend of tenant {tenant.name} was turned {word} at {iso(changed)}, and that {holds}",)


@noun(kw_only=True)
class DataAsk(Ask):
    """The message is complete: the end of DATA, or of the last BDAT.

    ``size`` is in octets. ``open_before`` counts the submissions of the same mailbox that were open when this one
    began. ``recipients_today`` is what the mailbox has sent in the last 24 hours, ``charge`` what this message adds (a
    group counts once). ``sender`` is the address the message claims to be from, as the reading ``send_as_identity`` has
    it, and ``may_send_as`` tells whether the mailbox may use it. ``may_log_on`` tells whether the mailbox server lets
    in who signed in by ``token``; ``log_on_spreading`` and ``send_as_spreading`` are the grants that would allow either
    once they have reached every server. ``excessive_parts`` counts its MIME parts where they are too many. ``outside``
    are the recipients in no tenant of this world, ``contacts`` the recipients that have to do with a mail contact.
    ``receipt`` holds the words of the final 250: message id, queue id, size
    and rate. ``authentication`` is what SPF, DKIM and DMARC say of the sender, None where nobody looked; ``handling``
    what the recipients' policy makes of it. ``seen_from`` is the address behind a gateway that was judged in place of
    the client's (None: the client's). ``leaving`` are the recipients outside the tenant that is signed in.
    ``sending`` is what ACS Email judges a message of its own by.
    ``leading_outside`` are those inside that lead out of it: mail contacts and guests.
    """

    envelope: Envelope
    head: MessageHead
    size: int
    principal: Mailbox | None = None
    tenant: Tenant | None = None
    hve: HveSender | None = None
    leaving: tuple[Address, ...] = ()
    leading_outside: tuple[Address, ...] = ()
    attribution: Attribution = NOWHERE
    outside: tuple[Address, ...] = ()
    contacts: tuple[Recipient, ...] = ()
    excessive_parts: int = 0
    open_before: int = 0
    recipients_today: int = 0
    charge: int = 0
    sender: Address | None = None
    may_send_as: bool = True
    may_log_on: bool = True
    log_on_spreading: Spreading | None = None
    send_as_spreading: Spreading | None = None
    token: TokenFacts | None = None
    receipt: tuple[tuple[str, str], ...] = ()
    authentication: AuthenticationResults | None = None
    handling: Handling = Handling.DELIVER
    seen_from: JudgedAddress | None = None
    sending: Sending | None = None

    def words(self) -> Mapping[str, str]:
        """Add mailbox, claimed sender, tenant and the first outside recipient."""
        tenant = self.tenant or self.attribution.tenant
        return {
            "ip": str(self.peer.ip),
            "app_id": self.token.app_id if self.token else "(no application)",
            "object_id": self.token.object_id if self.token else "(no object id)",
            **_spreading_words(self.log_on_spreading if not self.may_log_on else self.send_as_spreading),
            "mailbox": _signed_in(self.principal, self.hve) or "(nobody)",
            "app": (self.hve.app_object_id if self.hve else None) or "(no application)",
            "author": str(self.head.from_address) if self.head.from_address else "(none)",
            "sender": str(self.sender) if self.sender else "<>",
            "certificate": self._certificate,
            "parts": str(self.excessive_parts),
            "envelope_sender": str(self.envelope.mail_from) if self.envelope.mail_from else "<>",
            "tenant": tenant.name if tenant else "(no tenant)",
            "recipient": str(self._first_in_the_way or ""),
            "author_domain": self._author_domain,
            **dict(self.receipt),
            **(self.sending.words() if self.sending else {}),
        }

    def words_at_hand(self) -> Mapping[str, str]:
        """Give those of the receipt: nothing else stands in the answer to a message that was accepted."""
        return dict(self.receipt)

    @property
    def _first_in_the_way(self) -> Address | None:
        return next(iter((*self.leaving, *self.outside, *self.leading_outside, *self.envelope.recipients)), None)

    def fix_words(self) -> Mapping[str, str]:
        """Add the connector that came nearest, and what would vouch for the sender."""
        near = nearest_way(self.attribution, self.contacts)
        return {**self.words(), "nearest": near, "vouch": way_to_vouch(self.authentication)}

    @property
    def _certificate(self) -> str:
        shown = self.tls.client_certificate if self.tls else None
        return ", ".join(shown.identities) if shown and shown.identities else "(no name)"

    def evidence(self) -> tuple[str, ...]:
        """Say who sends as whom, to how many, and how the message was attributed."""
        said = [f"{len(self.envelope.recipients)} recipient(s), {self.size} octets"]
        if self.principal is not None or self.hve is not None:
            said.append(f"{_signed_in(self.principal, self.hve)} is signed in and sends as {self.sender}")
        if self.token is not None:
            said += self.token.evidence()
        said += [str(one) for one in (self.log_on_spreading, self.send_as_spreading) if one is not None]
        if self.sending is not None:
            said += self.sending.evidence()
        if self.outside:
            said.append("outside every tenant: " + ", ".join(str(address) for address in self.outside))
        if self.principal is None:
            said += _contacts(self.contacts)
        risks = (risk.sentence for risk in self.attribution.risks)
        authentication = self.authentication.because if self.authentication else ()
        others = self.attribution.rejected(with_ways=bool(self.outside))
        return (*said, *self.attribution.because, *risks, *others, *authentication)

    @property
    def _author_domain(self) -> str:
        return _author_domain(self.authentication)


@noun(kw_only=True)
class DeliveryAsk(Ask):
    """A copy of an accepted message is about to be placed.

    ``recipient`` is one final recipient after groups were expanded. ``recipients`` counts those of the envelope.
    ``external_today`` and ``external_quota`` are the tenant's external copies in the last 24 hours, this message's
    earlier ones included, and what it may send; ``moera_today`` and ``moera_quota`` the same for senders at
    ``onmicrosoft.com``. A quota of None means that no limit holds. ``recipients_today`` is what the mailbox has sent
    in the last 24 hours, up to and with the envelope recipient behind this copy. ``recipient_state`` is what stands
    against mail to the recipient. ``authentication`` is what the service found of the sender for this recipient's
    tenant, None where it did not look; ``handling`` what that tenant's policy makes of it. ``written_to``
    is the envelope recipient: a group, say, that this recipient is behind.
    """

    recipient: Recipient
    mail_from: Address | None
    size: int
    recipients: int
    principal: Mailbox | None = None
    hve: HveSender | None = None
    tenant: Tenant | None = None
    attribution: Attribution = NOWHERE
    external_today: int = 0
    external_quota: int | None = None
    moera_today: int = 0
    moera_quota: int | None = None
    recipients_today: int = 0
    recipient_state: SenderState = SenderState.GOOD
    authentication: AuthenticationResults | None = None
    handling: Handling = Handling.DELIVER
    written_to: Recipient | None = None

    @property
    def is_behind_another(self) -> bool:
        """True when the recipient is behind a group, a contact or a mail user of the envelope."""
        return self.written_to is not None and self.written_to.address != self.recipient.address

    @property
    def is_for_another_tenant(self) -> bool:
        """True for what one tenant of the world sends to another, which judges it as everybody else's mail."""
        return self.tenant is not None and self.recipient.tenant is not None and self.is_external

    @property
    def fails_dmarc_explicitly(self) -> bool:
        """True when the From domain itself asks that this message be not delivered as usual."""
        return self.authentication is not None and self.authentication.dmarc.fails_explicitly

    @property
    def is_authenticated(self) -> bool:
        """True for an account that signed in, and for mail that a connector treats as internal (fact MX-HDR-10)."""
        return self.principal is not None or self.hve is not None or self.attribution.counts_as_internal

    @property
    def is_external(self) -> bool:
        """True when the recipient is in no accepted domain of the sending tenant; another tenant's is external too."""
        return self.tenant is None or not self.recipient.is_of(self.tenant)

    def words(self) -> Mapping[str, str]:
        """Add recipient, mailbox, tenant and quota."""
        tenant = self.recipient.tenant or self.tenant
        return {
            "ip": str(self.peer.ip),
            "recipient": str(self.recipient.address),
            "mailbox": _signed_in(self.principal, self.hve) or str(self.mail_from or "<>"),
            "billing": self.hve.account.billing_policy_status if self.hve else "(no account)",
            "tenant": tenant.name if tenant else "(no tenant)",
            "quota": str(self.external_quota),
            "connector": self.attribution.connector.name if self.attribution.connector else "(no connector)",
            "size": str(self.size),
            "author_domain": _author_domain(self.authentication),
        }

    def fix_words(self) -> Mapping[str, str]:
        """Add what would vouch for the sender, whose domain is written as it is and not as the refusal shouts it."""
        results = self.authentication
        way = way_to_vouch(results, by_the_service=self.is_for_another_tenant)
        author = results.dmarc.header_from if results else None
        return {**self.words(), "vouch": way, "signing_domain": author or "the From domain"}

    def evidence(self) -> tuple[str, ...]:
        """Say what the recipient is, and what was found of the sender."""
        found = self.authentication if self.handling is not Handling.DELIVER else None
        authentication = found.because if found else ()
        return (f"{self.recipient.address} is {self.recipient.standing}", *authentication)


def _contacts(recipients: tuple[Recipient, ...]) -> tuple[str, ...]:
    """Say of each recipient that is a mail contact what a contact is for."""
    return tuple(
        f"{recipient.address} is an address of {recipient.mail_contact}: a contact receives and never relays"
        for recipient in recipients
        if recipient.mail_contact
    )


def nearest_way(attribution: Attribution, recipients: tuple[Recipient, ...] = ()) -> str:
    """Say what is nearest to a relay, as the beginning of a fix; empty where nothing comes into question."""
    known = next((recipient.mail_contact for recipient in recipients if recipient.mail_contact), "")
    contact = f"Do not take {known} for a relay: it receives and never relays. " if known else ""
    near = attribution.nearest()
    if near is None:
        return contact
    return f"{contact}{near.remedy} (connector {near.connector!r} of tenant {near.tenant} came nearest). Or: "


def _author_domain(authentication: AuthenticationResults | None) -> str:
    author = authentication.dmarc.header_from if authentication else None
    return author.upper() if author else "(none)"
