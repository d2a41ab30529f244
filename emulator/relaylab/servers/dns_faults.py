"""Faults that act on questions to DNS: which of the board's acts on one, and what is answered in the zone's place.

Law: of the faults that fit a question the first acts, once; its dice are drawn only where everything else lets it act.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Faulted
from relaylab.domain.fault import Behaviour, Fault, FaultUse, Occasion, Step, key_of
from relaylab.domain.zone import DnsAnswer, Rcode, canonical, suffixes
from relaylab.rules.faults import CONDUCTS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaylab.domain.event import Event
    from relaylab.domain.zone import Zone
    from relaylab.servers.house import House

LISTENER: Final = Endpoint.DNS.value
_ANSWERS: Final = {
    Behaviour.SERVFAIL: DnsAnswer(Rcode.SERVFAIL),
    Behaviour.REFUSED: DnsAnswer(Rcode.REFUSED),
    Behaviour.TIMEOUT: DnsAnswer(Rcode.SERVFAIL, is_silent=True),
}


@dataclass(frozen=True, slots=True)
class _Act:
    fault: Fault
    use: FaultUse
    question: str


class QueryFaults:
    """The faults of one question of one client; ``now`` is the instant it was asked at."""

    def __init__(self, house: House, client: str) -> None:
        """Look at the board as it stands now."""
        self.now = house.clock.now()
        self._house = house
        self._client = client
        self._act: _Act | None = None

    def instead_of(self, zone: Zone) -> Callable[[str, str], DnsAnswer]:
        """Give the look-up of a zone, with the answer of a fault where one acts."""
        if not self._house.store.faults.faults:
            return zone.look_up

        def look_up(name: str, record_type: str) -> DnsAnswer:
            self._act = self._chosen(name, record_type)
            return zone.look_up(name, record_type) if self._act is None else _ANSWERS[self._act.fault.behaviour]

        return look_up

    def told(self, session: str) -> tuple[tuple[Event, ...], tuple[FaultUse, ...]]:
        """Give the event and the use of the fault that acted, none where none did."""
        if self._act is None:
            return (), ()
        fault, conduct = self._act.fault, CONDUCTS[self._act.fault.behaviour]
        event = Faulted(
            at=self.now,
            session=session,
            endpoint=Endpoint.DNS,
            fault=fault.id,
            behaviour=fault.behaviour.value,
            command=self._act.question,
            did=conduct.sentence,
            reply=None,
            source=conduct.source,
        )
        return (event,), (self._act.use,)

    def _chosen(self, name: str, record_type: str) -> _Act | None:
        board = self._house.store.faults.view
        occasion = Occasion(step=Step.QUERY, now=self.now, listener=LISTENER, session=LISTENER, client=self._client)
        above = frozenset(suffixes(canonical(name)))
        for fault in board.faults:
            conduct = CONDUCTS[fault.behaviour]
            fits = conduct.kind is Kind.NAMES and self.now in fault.window and fault.scope.covers(occasion)
            if not fits or (fault.name and canonical(fault.name) not in above):
                continue
            use = key_of(fault, fault.per or conduct.per, occasion)
            is_left = fault.times is None or board.used(use) < fault.times
            if is_left and (fault.chance >= 1 or self._draw(fault) < fault.chance):
                return _Act(fault, use, f"{name} {record_type}")
        return None

    def _draw(self, fault: Fault) -> float:
        """Draw from the stream that a fault has for this question of the run."""
        return self._house.randomness.stream("fault", fault.id, LISTENER, self._house.questions).random()
