"""Faults that act on the copies of a message that Azure Communication Services has accepted, over SMTP or REST.

Laws: a copy that the rules stop is left alone, and so not counted; of the faults that fit a copy the first acts; dice
are drawn only where everything else lets it act, and no fault behind a fitting ``m365`` does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.acs_asks import DeliveryStatus
from relaylab.domain.decision import ReplyFacts
from relaylab.domain.event import Faulted
from relaylab.domain.fault import Behaviour, Fault, FaultUse, Occasion, Step, key_of
from relaylab.domain.message import Placement
from relaylab.rules.faults import CONDUCTS, SAYABLE, Kind

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.peer import Peer
    from relaylab.domain.randomness import Random, Randomness
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party

_STATUSES: Final = {
    Behaviour.FILTEREDSPAM: (DeliveryStatus.FILTERED_SPAM, Placement.NONE),
    Behaviour.QUARANTINED: (DeliveryStatus.QUARANTINED, Placement.QUARANTINE),
    Behaviour.DELIVERYFAILED: (DeliveryStatus.FAILED, Placement.NONE),
}
# The status is documented; its text is not public, so this is ours.
_IN_QUARANTINE: Final = "The recipient's side has put the message in quarantine."


@dataclass(frozen=True, slots=True)
class CopyAct:
    """What a fault has made of a copy: status and words of its report, its place, and what is logged and counted."""

    status: DeliveryStatus
    said: str
    placed: Placement
    event: Faulted
    use: FaultUse


class CopyFaults:
    """The faults of one accepted message; ``acts`` are those that have acted on its copies."""

    def __init__(self, occasion: Occasion, endpoint: Endpoint, moment: Moment, randomness: Randomness) -> None:
        """Look at the board as the moment has it; the occasion lacks the recipient alone."""
        self._occasion, self._endpoint, self._board = occasion, endpoint, moment.board
        self._randomness = randomness
        self._dice: dict[str, Random] = {}
        self.acts: list[CopyAct] = []

    @classmethod
    def of_smtp(cls, party: Party, sender: Address | None, moment: Moment) -> CopyFaults:
        """Give those of a message that came over SMTP."""
        listener, hosts = party.listener or party.endpoint.value, (party.host.lower(),) if party.host else ()
        occasion = _occasion(party.peer, party.label, sender, moment, listener, hosts)
        return cls(occasion, party.endpoint, moment, party.randomness)

    @classmethod
    def of_rest(  # noqa: PLR0913 - what a request is known by
        cls,
        endpoint: Endpoint,
        *,
        peer: Peer,
        label: str,
        host: str,
        sender: Address,
        moment: Moment,
        randomness: Randomness,
    ) -> CopyFaults:
        """Give those of a message that came over REST; ``host`` is the resource's."""
        occasion = _occasion(peer, label, sender, moment, endpoint.value, (host.lower(),))
        return cls(occasion, endpoint, moment, randomness)

    def on(self, recipient: Address) -> CopyAct | None:
        """Give what a fault makes of the copy for a recipient; None where the copy is delivered."""
        occasion = replace(self._occasion, recipients=(recipient,))
        for fault in self._board.faults:
            kind = CONDUCTS[fault.behaviour].kind
            if kind not in {Kind.COPY, Kind.SHIELD} or (kind is Kind.SHIELD and fault.step is not None):
                continue
            use = self._use(fault, occasion)
            if use is None:
                continue
            if kind is Kind.SHIELD:
                return None
            act = self._act(fault, use, recipient)
            self.acts.append(act)
            return act
        return None

    def _use(self, fault: Fault, occasion: Occasion) -> FaultUse | None:
        """Decide whether a fault acts, and give the counter that this belongs to."""
        if occasion.now not in fault.window or not fault.scope.covers(occasion):
            return None
        conduct = CONDUCTS[fault.behaviour]
        use = key_of(fault, fault.per or conduct.per, occasion)
        pending = sum(act.use == use for act in self.acts)
        if fault.times is not None and self._board.used(use) + pending >= fault.times:
            return None
        return use if fault.chance >= 1 or self._draw(fault) < fault.chance else None

    def _draw(self, fault: Fault) -> float:
        dice = self._dice.get(fault.id)
        if dice is None:
            dice = self._dice[fault.id] = self._randomness.stream("fault", fault.id, Step.COPY, self._occasion.session)
        return dice.random()

    def _act(self, fault: Fault, use: FaultUse, recipient: Address) -> CopyAct:
        conduct, reply = CONDUCTS[fault.behaviour], _answer(fault)
        status, placed = _STATUSES[fault.behaviour]
        event = Faulted(
            at=self._occasion.now,
            session=self._occasion.session,
            endpoint=self._endpoint,
            fault=fault.id,
            behaviour=fault.behaviour.value,
            command=f"delivery to {recipient}",
            did=conduct.sentence,
            reply=reply,
            source=conduct.source,
        )
        return CopyAct(status, reply.line if reply else _IN_QUARANTINE, placed, event, use)


def _occasion(  # noqa: PLR0913, PLR0917 - what a message is known by
    peer: Peer, label: str, sender: Address | None, moment: Moment, listener: str, hosts: tuple[str, ...]
) -> Occasion:
    return Occasion(
        step=Step.COPY,
        now=moment.now,
        listener=listener,
        hosts=hosts,
        site=peer.site,
        session=label,
        client=str(peer.ip),
        sender=sender,
    )


def _answer(fault: Fault) -> ReplyFacts | None:
    """Give what the recipient's side says; None where it says yes."""
    if fault.reply is not None:
        return ReplyFacts(fault.reply.code, fault.reply.enhanced or None, fault.reply.text)
    template = SAYABLE[fault.says] if fault.says else CONDUCTS[fault.behaviour].reply
    if template is None:
        return None
    reply = template.fill()
    return ReplyFacts(int(reply.code), str(reply.enhanced) if reply.enhanced else None, reply.text)
