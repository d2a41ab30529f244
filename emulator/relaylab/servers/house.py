"""What all listeners of one emulator share, and the desk that each of them works at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Protocol

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import TurnedAway
from relaylab.domain.peer import Peer
from relaylab.domain.world import DEFAULT_PUBLIC_IP
from relaylab.rules import milestones
from relaylab.servers.desk import StreamLimits
from relaylab.session.moment import Moment
from relaylab.session.names import session_id, session_names
from relaylab.session.party import Party
from relaylab.session.smtp import SmtpSession

if TYPE_CHECKING:
    from relaylab.domain.randomness import Randomness
    from relaylab.servers.tls import TlsServer
    from relaylab.session.turn import Dialogue, Turn
    from relaylab.store import Store, WorldHolder


class MovableClock(Protocol):
    """A clock that somebody may set."""

    def now(self) -> datetime:
        """Give the present instant."""
        ...

    def set(self, instant: datetime) -> None:
        """Go to another instant."""
        ...


@dataclass(frozen=True, slots=True)
class TlsChoice:
    """The two ways TLS can begin at a listener: today's versions only, or TLS 1.0 and 1.1 as well."""

    strict: TlsServer
    lenient: TlsServer


@dataclass(slots=True)
class House:
    """Clock, world, store, dice and session numbers: one of each for all listeners.

    ``started`` is the simulated instant of the start, from which session ids are counted.
    """

    clock: MovableClock
    holder: WorldHolder
    store: Store
    randomness: Randomness
    tls: TlsChoice
    started: datetime
    limits: StreamLimits = field(default_factory=StreamLimits)
    tarpit: bool = False
    sessions: int = 0

    def moment(self) -> Moment:
        """Read the clock and the world, once for one step."""
        snapshot = self.holder.current
        return Moment(self.clock.now(), snapshot.world, snapshot.rulebook, self.store.counters)

    def apply(self, turn: Turn) -> None:
        """Keep what a turn keeps."""
        self.store.apply(charges=turn.charges, kept=turn.kept, events=turn.events)

    def begin_again(self, started: datetime) -> None:
        """Number sessions from one again, as after a start at ``started``."""
        self.started = started
        self.sessions = 0

    def turn_away(self, endpoint: Endpoint, remote: str, why: str) -> None:
        """Log a connection that a balancer should have introduced, under a number of its own."""
        label = self._next_label()
        event = TurnedAway(at=self.clock.now(), session=label, endpoint=endpoint, remote=remote, why=why)
        self.store.apply(charges=(), kept=(), events=(event,))

    def _next_label(self) -> str:
        self.sessions += 1
        run, number = self.store.mail.run, self.sessions
        return f"s-{number:06d}" if run == 1 else f"s{run}-{number:06d}"

    def party(self, endpoint: Endpoint, peer: Peer, *, on_legacy_host: bool) -> Party:
        """Draw the names of a new session."""
        label = self._next_label()
        run, number = self.store.mail.run, self.sessions
        chance = self.randomness.stream("session", run, number)
        return Party(
            label=label,
            endpoint=endpoint,
            peer=peer,
            names=session_names(
                endpoint,
                chance,
                session_id(self.started, number),
                self.clock.now(),
                self.holder.current.rulebook.calendar,
            ),
            chance=chance,
            tarpit=self.tarpit,
            on_legacy_host=on_legacy_host,
        )


@dataclass(frozen=True, slots=True)
class SmtpDesk:
    """One listener's desk: an endpoint, and the site whose traffic arrives there (None: no site)."""

    house: House
    endpoint: Endpoint
    site: str | None = None
    on_legacy_host: bool = False

    @property
    def tls(self) -> TlsServer:
        """Refuse old TLS in the handshake where the service does (MX-GAP-11, CS-GAP-25), else at AUTH."""
        snapshot = self.house.holder.current
        refused = snapshot.rulebook.calendar.has_come(milestones.OLD_TLS_REFUSED.name, self.house.clock.now())
        refuses = refused and snapshot.rulebook.readings["old_tls"] == "handshake" and not self.on_legacy_host
        tls = self.house.tls
        return tls.strict if self.endpoint is Endpoint.MX or refuses else tls.lenient

    @property
    def limits(self) -> StreamLimits:
        """The limits of a connection."""
        return self.house.limits

    def open(self, remote: tuple[str, int], local: tuple[str, int]) -> Dialogue:
        """Begin a session for a client, as whom its site makes it look."""
        del local
        return SmtpSession(self.house.party(self.endpoint, self._peer(remote[0]), on_legacy_host=self.on_legacy_host))

    def open_for(self, source: IPv4Address | IPv6Address) -> Dialogue:
        """Begin a session for the client that a balancer names; its site is the one that has that address."""
        world = self.house.holder.world
        site = world.site_at(source) or world.site_of_client(str(source))
        peer = Peer(site.public_ip, site.name) if site else Peer(source)
        return SmtpSession(self.house.party(self.endpoint, peer, on_legacy_host=self.on_legacy_host))

    def turn_away(self, remote: str, why: str) -> None:
        """Note that a connection was closed before it became a session."""
        self.house.turn_away(self.endpoint, remote, why)

    def moment(self) -> Moment:
        """Give what a step may know."""
        return self.house.moment()

    def apply(self, turn: Turn) -> None:
        """Keep what the turn keeps."""
        self.house.apply(turn)

    def _peer(self, client: str) -> Peer:
        world = self.house.holder.world
        site = world.site(self.site) if self.site else world.site_of_client(client)
        if site is not None:
            return Peer(site.public_ip, site.name)
        address = ip_address(client.partition("%")[0])
        return Peer(address if address.is_global else DEFAULT_PUBLIC_IP)
