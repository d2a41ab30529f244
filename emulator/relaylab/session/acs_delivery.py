"""After ACS Email has accepted a message: each copy is judged and placed, and hard bounces lengthen leases.

Nothing comes back by mail: what did not leave is the verdict of its copy. SMTP and REST share this; the rules that
judge a copy are those of the ask's endpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.acs_asks import AcsDeliveryAsk, DeliveryStatus
from relaylab.domain.message import Copy, Fate, KeptMessage, Placement
from relaylab.rules.acs import delivery, suppression
from relaylab.session.copy_faults import CopyFaults
from relaylab.session.delivery import Bounced, Delivered, expand
from relaylab.session.notice import UNASKED

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.acs import AcsResource
    from relaylab.domain.address import Address
    from relaylab.domain.asks import DataAsk
    from relaylab.domain.charge import Charge
    from relaylab.domain.decision import Decision
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.peer import Peer
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import Recipient
    from relaylab.engine.verdict import Verdict
    from relaylab.session.acs import AcsAccount
    from relaylab.session.copy_faults import CopyAct
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party


_NO_ERROR: Final = "No error."


@dataclass(frozen=True, slots=True, kw_only=True)
class Despatch:
    """A message that ACS Email took over SMTP, as its delivery reports need it."""

    tenant: Tenant
    resource: AcsResource
    sender: Address | None
    message: KeptMessage
    fates: tuple[Fate, ...]


@dataclass(frozen=True, slots=True)
class PlacedCopies:
    """The copies of a message, verdicts on those that did not leave, what they leave behind, the fates, and faults."""

    copies: tuple[Copy, ...]
    stopped: tuple[tuple[Address, Verdict], ...]
    charges: tuple[Charge, ...]
    fates: tuple[Fate, ...]
    faulted: tuple[CopyAct, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A message on its way to its recipients: through which resource, as whom, and by which endpoint it came in.

    A hard bounce is known at ``lands_at``; a send to a listed address counts at the moment's own instant.
    """

    resource: AcsResource
    sender: Address | None
    endpoint: Endpoint
    peer: Peer
    lands_at: datetime

    def suppressed(self, recipient: Address, moment: Moment) -> bool:
        """Tell whether a suppression list holds a recipient: the customer's own, or the managed one."""
        listed_until = suppression.listed_until(moment.usage, recipient, moment.now)
        return self._is_on_a_list(recipient) or listed_until is not None

    def judge(self, recipient: Recipient, through: Address, moment: Moment) -> Verdict:
        """Judge the copy for a final recipient; suppression lists know the address that was written to alone."""
        return moment.rulebook.judge(
            AcsDeliveryAsk(
                endpoint=self.endpoint,
                now=moment.now,
                peer=self.peer,
                resource=self.resource,
                sender=self.sender,
                recipient=recipient,
                is_on_a_list=self._is_on_a_list(through),
                listed_until=suppression.listed_until(moment.usage, through, moment.now),
            )
        )

    def _is_on_a_list(self, recipient: Address) -> bool:
        return self.sender is not None and self.resource.suppresses(self.sender, recipient)


def place_copies(posting: Posting, recipients: tuple[Address, ...], moment: Moment, faults: CopyFaults) -> PlacedCopies:
    """Judge and place a copy for every final recipient; groups of the world's tenants are expanded.

    The fate of a recipient is that of the address written to: what a group does with a message its sender never hears.
    """
    copies: list[Copy] = []
    stopped: list[tuple[Address, Verdict]] = []
    charges: list[Charge] = []
    fates: list[Fate] = []
    for through in recipients:
        found = moment.world.recipient(through)
        verdict = posting.judge(found, through, moment)
        status = delivery.status_of(verdict.reply)
        act = faults.on(through) if verdict.admits else None
        if act is not None:
            fates.append(Fate(through, act.status, act.said))
            copies.append(Copy(through, through, act.placed))
            continue
        fates.append(Fate(through, status, verdict.reply.line if verdict.reply else _NO_ERROR))
        if status is DeliveryStatus.BOUNCED:
            charges.append(suppression.charge(through, posting.lands_at))
        elif suppression.listed_until(moment.usage, through, moment.now) is not None:
            charges.append(suppression.charge(through, moment.now))
        if not verdict.admits:
            copies.append(Copy(through, through, Placement.NONE, verdict.decision()))
            stopped.append((through, verdict))
            continue
        for recipient in expand(moment.world, found, lambda one: _lets_in(one, posting.sender)):
            inner = verdict if recipient is found else posting.judge(recipient, through, moment)
            if inner.admits:
                copies.append(Copy(recipient.address, through, _placed(recipient)))
                continue
            copies.append(Copy(recipient.address, through, Placement.NONE, inner.decision()))
            stopped.append((recipient.address, inner))
    return PlacedCopies(tuple(copies), tuple(stopped), tuple(charges), tuple(fates), tuple(faults.acts))


def deliver_through_acs(  # noqa: PLR0913 - the message, its verdict, and where both are
    ask: DataAsk,
    decision: Decision | None,
    raw: bytes | bytearray,
    *,
    account: AcsAccount,
    message_id: str,
    party: Party,
    moment: Moment,
) -> Delivered:
    """Keep an accepted message with its copies; ``decision`` is None where a fault accepted it."""
    sender = ask.head.from_address or ask.envelope.mail_from
    posting = Posting(
        resource=account.resource, sender=sender, endpoint=ask.endpoint, peer=ask.peer, lands_at=moment.now
    )
    faults = CopyFaults.of_smtp(party, sender, moment)
    placed = place_copies(posting, ask.envelope.recipients, moment, faults)
    message = KeptMessage(
        id=message_id,
        endpoint=ask.endpoint,
        tenant=account.tenant.name,
        site=ask.peer.site,
        session=party.label,
        accepted_at=moment.now,
        delivered_at=moment.now,
        envelope=ask.envelope,
        shown_from=str(sender or ""),
        head=ask.head,
        size=ask.size,
        raw=raw,
        copies=placed.copies,
        decision=decision,
        reported=placed.fates,
    )
    bounced = tuple(
        Bounced(recipient, verdict, verdict.reply, UNASKED)
        for recipient, verdict in placed.stopped
        if verdict.reply is not None
    )
    despatch = Despatch(
        tenant=account.tenant, resource=account.resource, sender=sender, message=message, fates=placed.fates
    )
    return Delivered(message, None, (), placed.charges, bounced, despatch, placed.faulted)


def _lets_in(recipient: Recipient, sender: Address | None) -> bool:
    return not recipient.wants_authenticated_senders and recipient.takes_from(sender)


def _placed(recipient: Recipient) -> Placement:
    """Give where a copy goes that leaves: to a mailbox of this world, or outside."""
    return Placement.INBOX if recipient.mailbox is not None else Placement.OUTSIDE
