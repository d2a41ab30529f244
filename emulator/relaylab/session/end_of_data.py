"""The message is complete: from the transaction and its content to the ask that the rules judge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from relaylab.domain.arrival import Arrival
from relaylab.domain.asks import DataAsk
from relaylab.domain.charge import Meter
from relaylab.domain.endpoint import Endpoint
from relaylab.engine.attribution import attribute
from relaylab.rules import milestones
from relaylab.session.access import Access, access
from relaylab.session.authenticating import Judged, authenticated
from relaylab.session.delivery import charged_recipients
from relaylab.session.parts import excessive_parts

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.address import Address
    from relaylab.domain.attribution import Attribution
    from relaylab.domain.directory import ServicePrincipal, Spreading
    from relaylab.domain.hve import HveSender
    from relaylab.domain.message import Envelope, MessageHead
    from relaylab.domain.peer import TlsFacts
    from relaylab.domain.tenant import Mailbox, Tenant
    from relaylab.domain.token import TokenFacts
    from relaylab.domain.world import Recipient
    from relaylab.session.acs import AcsAccount
    from relaylab.session.head import Letter
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party
    from relaylab.session.transaction import Transaction

# The words of a receipt, in their order in the final 250.
RECEIPT: Final = ("message_id", "internal_id", "backend", "octets", "seconds", "rate")


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in: a mailbox and its tenant; by a token, with the application that holds it.

    At High Volume Email ``hve`` is signed in, and there is no mailbox.
    """

    mailbox: Mailbox | None
    tenant: Tenant
    token: TokenFacts | None = None
    service_principal: ServicePrincipal | None = None
    hve: HveSender | None = None

    @property
    def address(self) -> Address:
        """The address of whoever is signed in."""
        holder = self.hve.account if self.hve is not None else self.mailbox
        if holder is None:
            msg = "nobody signs in but a mailbox or a High Volume Email account"
            raise AssertionError(msg)
        return holder.address

    def may_send_as(self, address: Address, now: datetime) -> bool:
        """Tell whether mailbox, account or application may send as ``address``."""
        if self.hve is not None:
            return self.hve.account.owns(address)
        by_mailbox = self.mailbox is not None and self.tenant.may_send_as(self.mailbox, address, now)
        return by_mailbox or None in self._send_as_grants(address, now)

    def send_as_spreading(self, address: Address, now: datetime) -> Spreading | None:
        """Give the SendAs grant on ``address`` that has not spread yet, where none has."""
        own = self.tenant.send_as_grants(self.mailbox, address, now) if self.mailbox is not None else ()
        grants = (*own, *self._send_as_grants(address, now))
        return grants[0] if grants and not self.may_send_as(address, now) else None

    def _send_as_grants(self, address: Address, now: datetime) -> tuple[Spreading | None, ...]:
        principal = self.service_principal
        if principal is None or address not in principal.send_as:
            return ()
        return (self.tenant.token_service.spreading("SendAs", principal.send_as_granted, now),)

    def log_on(self, now: datetime) -> Access:
        """Tell what the mailbox server lets the application into; it looks again for each message."""
        if self.token is None or self.mailbox is None:
            return Access(opens=True)
        return access(self.token, self.tenant, self.mailbox, now)


def data_ask(  # noqa: PLR0913 - each is a fact of its own
    transaction: Transaction,
    letter: Letter,
    *,
    party: Party,
    tls: TlsFacts | None,
    hello: str,
    message_id: str,
    account: Account | None,
    acs: AcsAccount | None,
    moment: Moment,
) -> DataAsk:
    """Give the ask for a complete message.

    ``hello`` is the name that the client gave, ``message_id`` that of the message in relaylab, should it be kept.
    """
    head, size = letter.head, letter.size
    sender = _claimed_sender(transaction.sender, head, moment)
    mailbox = account.mailbox if account else None
    arrival = Arrival.of(party.peer, tls, moment.now)
    attribution = _attribution(transaction, head, party, arrival, moment)
    if attribution is not transaction.attribution:
        transaction.named = None  # it hangs on the From header
    envelope, leaving, leading_outside, outside, contacts = transaction.by_names(
        "recipients", partial(_recipients, transaction, account)
    )
    found, log_on = Judged(None), account.log_on(moment.now) if account else Access(opens=True)
    if party.endpoint is Endpoint.MX:
        found = authenticated(
            transaction,
            letter,
            attribution=attribution,
            arrival=arrival,
            party=party,
            hello=hello,
            message_id=message_id,
            moment=moment,
        )
    return DataAsk(
        endpoint=party.endpoint,
        now=moment.now,
        peer=party.peer,
        tls=tls,
        envelope=envelope,
        head=head,
        size=size,
        principal=mailbox,
        tenant=account.tenant if account else acs.tenant if acs else None,
        hve=account.hve if account else None,
        leaving=leaving,
        leading_outside=leading_outside,
        attribution=attribution,
        outside=outside,
        contacts=contacts,
        excessive_parts=excessive_parts(letter.content, letter.block),
        open_before=transaction.open_before or 0,
        recipients_today=moment.usage.total(Meter.RECIPIENTS, mailbox.address.key, moment.now) if mailbox else 0,
        charge=charged_recipients(envelope.recipients),
        sender=sender,
        may_send_as=account is None or sender is None or account.may_send_as(sender, moment.now),
        send_as_spreading=account.send_as_spreading(sender, moment.now) if account and sender else None,
        may_log_on=log_on.opens,
        log_on_spreading=log_on.spreading,
        token=account.token if account else None,
        receipt=named_receipt(throw(party), head.message_id, size, party),
        authentication=found.results,
        handling=found.handling,
        seen_from=found.seen_from,
        sending=acs.sending(head.from_address, envelope.mail_from, len(envelope.recipients), size, moment)
        if acs
        else None,
    )


class _Recipients(NamedTuple):
    """The envelope, and those of its recipients who are of a kind: see ``DataAsk``."""

    envelope: Envelope
    leaving: tuple[Address, ...]
    leading_outside: tuple[Address, ...]
    outside: tuple[Address, ...]
    contacts: tuple[Recipient, ...]


def _recipients(transaction: Transaction, account: Account | None) -> _Recipients:
    every = transaction.recipients
    return _Recipients(
        transaction.envelope(),
        leaving=tuple(one.address for one in every if account and not one.is_of(account.tenant)),
        leading_outside=tuple(one.address for one in every if account and one.leads_outside),
        outside=tuple(one.address for one in every if one.is_outside),
        contacts=tuple(one for one in every if one.mail_contact),
    )


def _claimed_sender(mail_from: Address | None, head: MessageHead, moment: Moment) -> Address | None:
    """Give the address that must be allowed: that of From, else MAIL FROM, as the reading has it (CS-GAP-19)."""
    if moment.rulebook.readings["send_as_identity"] == "mail_from":
        return mail_from
    return head.from_address or mail_from


def _attribution(
    transaction: Transaction, head: MessageHead, party: Party, arrival: Arrival, moment: Moment
) -> Attribution:
    """Give the attribution made at MAIL; until 2023-11-01 the From header could still better it (MX-ATTR-03)."""
    settled = moment.rulebook.calendar.has_come(milestones.RELAY_IGNORES_FROM_HEADER.name, moment.now)
    if party.endpoint is not Endpoint.MX or settled:
        return transaction.attribution
    return attribute(moment.world, arrival, transaction.sender, head.from_address)


def called(size: int) -> str:
    """Give what the end of a message is called in the event log."""
    return f"end of data, {size} octets"


def throw(party: Party) -> int:
    """Throw the dice for a receipt: once for all of it, 24 bits for each number and 100 for the id."""
    return party.chance.getrandbits(196)


def receipt(thrown: int, message_id: str | None, size: int, party: Party) -> tuple[str, ...]:
    """Write the words of the final 250, which are those of RECEIPT (CS-TX-05, MX-OK-05)."""
    backend = party.names.mailbox_server
    octets = size + 8_000 + (thrown & 0xFFFFFF) % 200  # with the headers that Exchange Online adds before it measures
    seconds = 0.08 + 0.52 * (thrown >> 24 & 0xFFFFFF) / 0xFFFFFF
    queue, number = 1_000 + (thrown >> 48 & 0xFFFFFF) % 11_000, 1 + (thrown >> 72 & 0xFFFFFF) % 9_999
    return (
        message_id or f"<{backend.partition('.')[0]}{thrown >> 96:025X}@{backend}>",
        str((queue << 32) + number),
        backend,
        str(octets),
        f"{seconds:.3f}",
        f"{octets / 1024 / seconds:.3f}",
    )


def named_receipt(thrown: int, message_id: str | None, size: int, party: Party) -> tuple[tuple[str, str], ...]:
    """Give the words of the final 250, each behind its name: so an ask holds them."""
    return tuple(zip(RECEIPT, receipt(thrown, message_id, size, party), strict=True))
