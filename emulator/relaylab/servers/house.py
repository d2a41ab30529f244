"""What all listeners of one emulator share, and the desk that each of them works at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import TYPE_CHECKING, Final, Protocol

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import TurnedAway
from relaylab.domain.randomness import Dice
from relaylab.domain.telling import Telling
from relaylab.rules import milestones
from relaylab.servers.desk import StreamLimits
from relaylab.servers.eras import Eras
from relaylab.servers.peers import Peers
from relaylab.session.familiar import Familiar
from relaylab.session.moment import NO_TOKENS, Moment
from relaylab.session.names import session_id, session_names
from relaylab.session.party import Party
from relaylab.session.recorded import Recorded
from relaylab.session.smtp import SmtpSession

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Address, IPv6Address

    from relaylab.domain.handshake import Handshake
    from relaylab.domain.peer import Peer
    from relaylab.domain.randomness import Randomness
    from relaylab.domain.token import TokenReader
    from relaylab.servers.clocks import MovableClock
    from relaylab.servers.faulty_tls import FaultyTls
    from relaylab.servers.tls import TlsServer
    from relaylab.servers.zones import ZoneKeeper
    from relaylab.session.acs_delivery import Despatch
    from relaylab.session.turn import Dialogue, Turn
    from relaylab.store import Dialogues, Store, WorldHolder


# The name of every session that only asks whether a listener answers: it is not numbered, and leaves no trace.
PROBE: Final = "probe"

_DRAWN_AT_ONCE: Final = 32  # numbers of sessions


class Guest(Protocol):
    """Somebody else's listener that works at a desk of this house, in a loop of its own."""

    def __len__(self) -> int:
        """Count its open connections."""
        ...

    async def hang_up(self, why: str) -> None:
        """End every connection, for a reason in words."""
        ...


@dataclass(frozen=True, slots=True)
class TlsChoice:
    """The ways TLS can begin at a listener.

    ``strict`` takes today's versions only, ``lenient`` TLS 1.0 and 1.1 as well; ``asking`` is strict, asks for a client
    certificate and takes any.
    """

    strict: TlsServer
    lenient: TlsServer
    asking: TlsServer


@dataclass(frozen=True, slots=True)
class Listener:
    """What a session knows of the listener it came by: its word, and the name that it stands for."""

    key: str = ""
    host: str = ""
    on_legacy_host: bool = False


@dataclass(slots=True)
class House:
    """Clock, world, store, dice and session numbers: one of each for all listeners.

    ``started`` is the simulated instant of the start, from which session ids are counted; ``questions`` counts those to
    DNS since then. ``zones`` is what senders are authenticated by; None: nobody is. ``dialogues`` are given where
    somebody wants to read what is said. ``lock`` is held by whoever changes any of this: a guest's turns come from
    another thread. ``guests`` are the listeners that are not ours, and ``probes`` the client sides (address and port)
    of connections that only ask whether a listener answers. A ``proxied`` house stands behind a balancer: its fleet
    expects a PROXY header on every SMTP connection. ``on_despatch`` is told of mail that Azure Communication
    Services took over SMTP.
    """

    clock: MovableClock
    holder: WorldHolder
    store: Store
    randomness: Randomness
    tls: TlsChoice
    faulty_tls: FaultyTls
    started: datetime
    limits: StreamLimits = field(default_factory=StreamLimits)
    tarpit: bool = False
    dialogues: Dialogues | None = None
    sessions: int = 0
    questions: int = 0
    zones: ZoneKeeper | None = None
    lock: RLock = field(default_factory=RLock, repr=False)
    guests: list[Guest] = field(default_factory=list)
    probes: set[tuple[str, int]] = field(default_factory=set)
    tokens: TokenReader = NO_TOKENS
    proxied: bool = False
    on_despatch: Callable[[Despatch], None] | None = None
    _eras: Eras = field(init=False, repr=False)
    _drawn: tuple[tuple[Randomness, int, int], tuple[int, ...]] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin in no era."""
        self._eras = Eras(self)

    def moment(self) -> Moment:
        """Read the clock and the world, once for one step."""
        snapshot = self.holder.current  # before the clock: whatever is put in force meanwhile is the next step's
        now = self.clock.now()
        standing = self._eras.standing(snapshot, now)
        return Moment(
            now,
            snapshot.world,
            snapshot.rulebook,
            self.store.counters,
            standing.board,
            self.tokens,
            standing.dns,
            standing.memory,
            standing.era,
        )

    def again(self, dialogue: Dialogue, segment: bytes) -> Turn | None:
        """Have a dialogue answer what was said before where it stands, and keep what is to be kept of it.

        Few steps lead to most of all answers: clock and world are read where there is one.
        """
        if not isinstance(dialogue, Familiar):
            return None
        place = dialogue.place
        if place is None:
            return None
        refrain = place.said.get(segment)
        if refrain is None:
            return None
        snapshot = self.holder.current  # before the clock, as in ``moment``
        now = self.clock.now()
        if place.era is not self._eras.standing(snapshot, now).era:
            return None
        turn, told = dialogue.again(refrain, now)
        if told is not None:
            with self.lock:
                self.store.events.extend(told)
        return turn

    def apply(self, turn: Turn) -> None:
        """Keep what a turn keeps, unless it is a probe's."""
        events = turn.events
        session = None
        if isinstance(events, Telling):
            session = events.session
        elif events:
            session = events[0].session
        if session == PROBE:
            return
        if turn.kept or turn.charges or turn.uses or turn.despatch:
            with self.lock:
                self.store.apply(charges=turn.charges, kept=turn.kept, events=events, uses=turn.uses)
                if turn.despatch is not None and self.on_despatch is not None:
                    self.on_despatch(turn.despatch)
        elif session is not None:  # Store.apply would do no more
            with self.lock:
                self.store.events.extend(events)

    def begin_again(self, started: datetime, sessions: int = 0, questions: int = 0) -> None:
        """Number sessions as after a start at ``started`` and so many sessions, and questions to DNS likewise."""
        self.started = started
        self.sessions = sessions
        self.questions = questions
        if self.dialogues is not None:
            self.dialogues.clear()

    def turn_away(self, endpoint: Endpoint, remote: str, why: str) -> None:
        """Log a connection that a balancer should have introduced, under a number of its own."""
        with self.lock:
            label = self._next_label()
            event = TurnedAway(at=self.clock.now(), session=label, endpoint=endpoint, remote=remote, why=why)
            self.store.apply(charges=(), kept=(), events=(event,))

    def _next_label(self) -> str:
        self.sessions += 1
        run, number = self.store.mail.run, self.sessions
        return f"s-{number:06d}" if run == 1 else f"s{run}-{number:06d}"

    def _number_of(self, session: int) -> int:
        """Give the number that a session draws its names and its dice from; some are drawn at once."""
        block, place = divmod(session, _DRAWN_AT_ONCE)
        path, drawn = (self.randomness, self.store.mail.run, block), self._drawn
        if drawn is None or drawn[0] != path:
            numbers = path[0].numbers(_DRAWN_AT_ONCE, "sessions", *path[1:])
            drawn = self._drawn = (path, numbers)
        return drawn[1][place]

    def party(
        self, endpoint: Endpoint, peer: Peer, moment: Moment, *, listener: Listener, is_probe: bool = False
    ) -> Party:
        """Draw the names of a new session; a probe's are not numbered, so that it changes nothing for the others."""
        if is_probe:
            number, label = 0, PROBE
            drawn = self.randomness.number(PROBE)
        else:
            with self.lock:
                label, number = self._next_label(), self.sessions
            drawn = self._number_of(number)
        session = session_id(self.started, number)
        return Party(  # in the order of its fields: to call a class by their names takes thrice as long
            label,
            endpoint,
            peer,
            session_names(endpoint, drawn, session, moment.now, moment.rulebook.calendar),
            Dice(drawn),
            self.tarpit,
            listener.on_legacy_host,
            listener.key,
            listener.host,
            self.randomness,
        )


@dataclass(frozen=True, slots=True)
class SmtpDesk:
    """One listener's desk: an endpoint, and the site whose traffic arrives there (None: no site).

    ``key`` is the word of the listener (the endpoint's own, where it is empty), ``host`` the name it stands for. With
    ``over_ipv6`` its clients count as arriving over IPv6, by whatever family they reach this machine.
    """

    house: House
    endpoint: Endpoint
    site: str | None = None
    on_legacy_host: bool = False
    host: str = ""
    key: str = ""
    over_ipv6: bool = False
    limits: StreamLimits = field(init=False, repr=False, compare=False)
    # What the house gives and keeps at each step, without a call between: methods of these names are not asked.
    moment: Callable[[], Moment] = field(init=False, repr=False, compare=False)
    apply: Callable[[Turn], None] = field(init=False, repr=False, compare=False)
    again: Callable[[Dialogue, bytes], Turn | None] = field(init=False, repr=False, compare=False)
    _listener: Listener = field(init=False, repr=False, compare=False)
    _peers: Peers = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make what all sessions share."""
        listener = Listener(self.key or self.endpoint.value, self.host, self.on_legacy_host)
        object.__setattr__(self, "_listener", listener)
        object.__setattr__(self, "_peers", Peers(self.house.holder, self.site, over_ipv6=self.over_ipv6))
        object.__setattr__(self, "limits", self.house.limits)
        object.__setattr__(self, "moment", self.house.moment)
        object.__setattr__(self, "apply", self.house.apply)
        object.__setattr__(self, "again", self.house.again)

    @property
    def tls(self) -> TlsServer:
        """Ask for a certificate at the MX; refuse old TLS in the handshake where the service does, else at AUTH.

        Facts MX-TLS-05 and MX-GAP-11 for the MX, CS-GAP-25 for submission.
        """
        tls = self.house.tls
        if self.endpoint is Endpoint.MX:
            return tls.asking
        if self.endpoint is Endpoint.ACS_SMTP:
            return tls.strict  # TLS 1.2 or later (fact ACS-SMTP-03)
        snapshot = self.house.holder.current
        refused = snapshot.rulebook.calendar.has_come(milestones.OLD_TLS_REFUSED.name, self.house.clock.now())
        refuses = refused and snapshot.rulebook.readings["old_tls"] == "handshake" and not self.on_legacy_host
        return tls.strict if refuses else tls.lenient

    def faulty_tls(self, handshake: Handshake) -> TlsServer:
        """Give another handshake; the versions that the fault leaves open are the listener's own."""
        own, choice = self.tls, self.house.tls
        return self.house.faulty_tls.server(handshake, is_lenient=own is choice.lenient, asks=own is choice.asking)

    def open(self, remote: tuple[str, int], moment: Moment) -> Dialogue:
        """Begin a session for a client, as whom its site makes it look."""
        return self._session(self._peers.of(remote[0]), moment, is_probe=remote in self.house.probes)

    def open_for(self, source: IPv4Address | IPv6Address, moment: Moment) -> Dialogue:
        """Begin a session for the client that a balancer names; its site is the one that has that address."""
        return self._session(self._peers.named(source), moment)

    def turn_away(self, remote: str, why: str) -> None:
        """Note that a connection was closed before it became a session."""
        self.house.turn_away(self.endpoint, remote, why)

    def _session(self, peer: Peer, moment: Moment, *, is_probe: bool = False) -> Dialogue:
        party = self.house.party(self.endpoint, peer, moment, listener=self._listener, is_probe=is_probe)
        is_familiar = self.endpoint is Endpoint.MX and not is_probe  # a probe leaves no trace, so `apply` must see it
        session: Dialogue = Familiar(party) if is_familiar else SmtpSession(party)
        dialogues = self.house.dialogues
        return session if dialogues is None or is_probe else Recorded(session, party.label, dialogues.append)
