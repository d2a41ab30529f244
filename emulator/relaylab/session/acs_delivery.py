"""After ACS Email has accepted a message: each copy is judged and placed, and hard bounces lengthen leases.

Nothing comes back by mail: what did not leave is the verdict of its copy. SMTP and REST share this; the rules that
judge a copy are those of the ask's endpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaylab.domain.acs_asks import AcsDeliveryAsk
from relaylab.domain.message import Copy, KeptMessage, Placement
from relaylab.domain.world import Standing
from relaylab.rules.acs import suppression
from relaylab.session.delivery import Bounced, Delivered, expand
from relaylab.session.notice import UNASKED

if TYPE_CHECKING:
    from relaylab.domain.acs import AcsResource
    from relaylab.domain.address import Address
    from relaylab.domain.asks import DataAsk
    from relaylab.domain.charge import Charge
    from relaylab.domain.decision import Decision
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.peer import Peer
    from relaylab.domain.world import Recipient
    from relaylab.engine.verdict import Verdict
    from relaylab.session.acs import AcsAccount
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party


@dataclass(frozen=True, slots=True)
class PlacedCopies:
    """The copies of a message, the verdicts on those that did not leave, and what they leave behind."""

    copies: tuple[Copy, ...]
    stopped: tuple[tuple[Address, Verdict], ...]
    charges: tuple[Charge, ...]


def place_copies(  # noqa: PLR0913 - each is a fact of its own
    resource: AcsResource,
    sender: Address | None,
    recipients: tuple[Address, ...],
    *,
    endpoint: Endpoint,
    peer: Peer,
    moment: Moment,
) -> PlacedCopies:
    """Judge and place a copy for every final recipient; groups of the world's tenants are expanded."""
    copies: list[Copy] = []
    stopped: list[tuple[Address, Verdict]] = []
    charges: list[Charge] = []
    for through in recipients:
        listed_until = suppression.listed_until(moment.usage, through, moment.now)
        found = moment.world.recipient(through)
        for recipient in (found,) if listed_until else expand(moment.world, found, lambda one: _lets_in(one, sender)):
            verdict = moment.rulebook.judge(
                AcsDeliveryAsk(
                    endpoint=endpoint,
                    now=moment.now,
                    peer=peer,
                    resource=resource,
                    sender=sender,
                    recipient=recipient,
                    is_on_a_list=sender is not None and resource.suppresses(sender, recipient.address),
                    listed_until=listed_until,
                )
            )
            if verdict.admits:
                copies.append(Copy(recipient.address, through, _placed(recipient)))
                continue
            copies.append(Copy(recipient.address, through, Placement.NONE, verdict.decision()))
            stopped.append((recipient.address, verdict))
            if listed_until is not None or recipient.standing is Standing.UNKNOWN:
                charges.append(suppression.charge(through, moment.now))
    return PlacedCopies(tuple(copies), tuple(stopped), tuple(charges))


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
    placed = place_copies(
        account.resource, sender, ask.envelope.recipients, endpoint=ask.endpoint, peer=ask.peer, moment=moment
    )
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
    )
    bounced = tuple(
        Bounced(recipient, verdict, verdict.reply, UNASKED)
        for recipient, verdict in placed.stopped
        if verdict.reply is not None
    )
    return Delivered(message, None, (), placed.charges, bounced)


def _lets_in(recipient: Recipient, sender: Address | None) -> bool:
    return not recipient.wants_authenticated_senders and recipient.takes_from(sender)


def _placed(recipient: Recipient) -> Placement:
    """Give where a copy goes that leaves: to a mailbox of this world, or outside."""
    return Placement.INBOX if recipient.mailbox is not None else Placement.OUTSIDE
