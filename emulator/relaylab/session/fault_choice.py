"""Which faults act at a step of one session, and how often: scope, step, window, count and chance, decided in order.

Laws of this module: a random number is drawn only for a fault that everything else lets act; a fault that ``lasts`` is
decided once a connection; an act is counted exactly once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.fault import Behaviour, Fault, FaultUse, Occasion, Step, key_of
from relaylab.rules.faults import CONDUCTS, Conduct, Kind
from relaylab.session.fault_acts import has_effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaylab.domain.address import Address
    from relaylab.domain.decision import ReplyFacts
    from relaylab.domain.peer import ClientHello
    from relaylab.domain.randomness import Random
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party
    from relaylab.session.progress import Progress
    from relaylab.session.turn import Turn

_PER_TRANSACTION: Final = (Step.RCPT, Step.CHUNK)


@dataclass(slots=True)
class Act:
    """A fault that acts in this turn, and its own answer if it has one."""

    fault: Fault
    conduct: Conduct
    command: str
    use: FaultUse | None
    reply: ReplyFacts | None = None


class FaultChoice:
    """The faults of one session, chosen step by step; ``acts`` are those that act in the turn under way."""

    def __init__(self, party: Party, progress: Progress) -> None:
        """Begin with nothing decided."""
        self._party = party
        self._progress = progress
        self._decided: dict[str, bool] = {}  # of faults that last, by id
        self._dice: dict[str, Random] = {}
        self._counts: Counter[Step] = Counter()
        self._occasion: Occasion | None = None
        self.command = ""
        self.acts: list[Act] = []

    def begin(self) -> None:
        """Begin a turn of which nothing is known yet."""
        self._occasion = None
        self.command = ""

    def at(  # noqa: PLR0913 - a step, and who is concerned
        self,
        step: Step,
        command: str,
        moment: Moment,
        *,
        sender: Address | None = None,
        recipients: tuple[Address, ...] = (),
        counts: bool = True,
    ) -> None:
        """Announce a step; one that does not count comes again in the same turn or the next."""
        if step is Step.MAIL:
            for counted in _PER_TRANSACTION:
                del self._counts[counted]
        if counts:
            self._counts[step] += 1
        self.command = command
        transaction = self._progress.transaction
        if transaction is not None:
            sender = sender or transaction.sender
            recipients = recipients or tuple(recipient.address for recipient in transaction.recipients)
        self._occasion = self._occasion_of(step, moment, sender, recipients)

    def in_the_name_of(self, host: str) -> None:
        """Add the host that a client asks for to the step that was announced."""
        if self._occasion is not None:
            self._occasion = replace(self._occasion, hosts=(*self._occasion.hosts, host.lower()))

    def at_least_an_error(self, moment: Moment) -> None:
        """Take what was not announced for a command out of order, or none."""
        if self._occasion is None:
            self._occasion = self._occasion_of(Step.ERROR, moment, None, ())

    def take_acts(self) -> list[Act]:
        """Give the acts of the turn, which ends with that."""
        acts, self.acts = self.acts, []
        self._occasion = None
        return acts

    def has_decided_for(self, fault: Fault) -> bool:
        """Tell whether a fault that lasts is in effect on this connection."""
        return self._decided.get(fault.id, False)

    def _occasion_of(
        self, step: Step, moment: Moment, sender: Address | None, recipients: tuple[Address, ...]
    ) -> Occasion:
        party, tls = self._party, self._progress.tls
        asked = tls.sni if tls else None
        return Occasion(
            step=step,
            now=moment.now,
            listener=party.listener or party.endpoint.value,
            hosts=tuple(name.lower() for name in (party.host, asked) if name),
            site=party.peer.site,
            session=party.label,
            client=str(party.peer.ip),
            sender=sender,
            recipients=recipients,
            nth=self._counts[step],
        )

    def standing(
        self,
        moment: Moment,
        kind: Kind,
        *,
        argument: str = "",
        turn: Turn | None = None,
        hello: ClientHello | None = None,
    ) -> Iterator[Act]:
        """Give the faults of a kind that act at the step that was announced, in order, up to a shield."""
        occasion = self._occasion
        if occasion is None:
            return
        for fault in moment.board.faults:
            conduct = CONDUCTS[fault.behaviour]
            if conduct.kind is Kind.SHIELD:
                if self._acts_now(fault, conduct, occasion, moment):
                    return
                continue
            if kind is not conduct.kind and not (fault.behaviour is Behaviour.REPLY and kind is Kind.FORM):
                continue
            if not has_effect(fault, kind, argument=argument, turn=turn, hello=hello):
                continue
            act = self._acts_now(fault, conduct, occasion, moment)
            if act is not None:
                yield act

    def _acts_now(self, fault: Fault, conduct: Conduct, occasion: Occasion, moment: Moment) -> Act | None:
        """Decide whether a fault acts; if so, and if it counts, the act is noted."""
        if occasion.now not in fault.window or not fault.scope.covers(occasion):
            return None
        step, nth = fault.step or conduct.step, fault.nth or conduct.nth
        if occasion.step not in ({step} if step else conduct.steps) or (nth and occasion.nth not in nth):
            return None
        decided = self._decided.get(fault.id) if conduct.lasts else None
        if decided is not None:
            return Act(fault, conduct, self.command, None) if decided else None
        use = key_of(fault, fault.per or conduct.per, occasion)
        times = fault.times or conduct.times
        pending = sum(act.use == use for act in self.acts)
        acts = (times is None or moment.board.used(use) + pending < times) and (
            fault.chance >= 1 or self.dice_of(fault).random() < fault.chance
        )
        if conduct.lasts:
            self._decided[fault.id] = acts
        if not acts:
            return None
        act = Act(fault, conduct, self.command, use)
        self.acts.append(act)
        return act

    def dice_of(self, fault: Fault) -> Random:
        """Give the stream of chance that a fault has in this session."""
        dice = self._dice.get(fault.id)
        if dice is None:
            dice = self._dice[fault.id] = self._party.randomness.stream("fault", fault.id, self._party.label)
        return dice
