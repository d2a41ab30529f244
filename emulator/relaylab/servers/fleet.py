"""Starts and stops the listeners: one for each endpoint, and one more for each site of the world.

A client on this machine cannot choose its public address; a site's own ports give it one. With a port base the ports
are fixed in the order of ``_OFFSETS``, each site ten further, and its IPv6 side another ten; without one they are free.
In a lab what has no address is off: then a site has ports only where it has an address of its own.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, Self

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.estate import OutboundPort25
from relaylab.domain.zone import Door, Lab, View, Zone
from relaylab.rules.dns.hve import service_name
from relaylab.servers import lab_obstacles
from relaylab.servers.acceptor import Acceptor
from relaylab.servers.blocked_port import BlockedPort
from relaylab.servers.dns import NameDesk, NameServer
from relaylab.servers.house import House, SmtpDesk
from relaylab.servers.lab_plan import REAL_PORTS, LabPlan, Place, listener
from relaylab.servers.proxied import ProxiedStream
from relaylab.servers.stream import listen
from relaylab.servers.sweep import Sweep

if TYPE_CHECKING:
    from relaylab.domain.estate import Site
    from relaylab.domain.world import World

_SITE_STEP: Final = 10
# ACS has its place before it is built, so that ports do not move under anybody's feet.
_OFFSETS: Final = {
    "submission": 0,
    "mx": 1,
    "hve": 2,
    "acs_smtp": 3,
    "https": 4,
    "control": 5,
    "submission_legacy": 6,
    "dns": 7,
}
_HIGHEST_PORT: Final = 65_535
_PORT_25: Final = "mx"  # the one endpoint that is on port 25 only
CONTROL_OFFSET: Final = _OFFSETS["control"]
HTTPS_OFFSET: Final = _OFFSETS["https"]


class ListenError(OSError):
    """An address that cannot be listened on; the text ends with the way out."""

    def __str__(self) -> str:
        """Leave the number out."""
        return str(self.strerror)

    @classmethod
    def about(cls, what: str, host: str, port: int, error: OSError, way_out: str = "") -> Self:
        """Say which listener it is, where, and why not."""
        why = os.strerror(error.errno) if error.errno else str(error)
        way_out = way_out or "choose another port base, or 0 for free ports"
        return cls(error.errno or 0, f"{what} cannot listen on {Place(host, port)}: {why}; {way_out}")


@dataclass(frozen=True, slots=True)
class Listening:
    """Where an endpoint answers, and the name of the service it stands for."""

    host: str
    port: int
    name: str | None = None


@dataclass(frozen=True, slots=True)
class SiteListening:
    """The ports of one site, and the address its traffic comes from.

    A dual-stack site has a second set, ``ipv6``: what arrives there comes from ``public_ipv6``.
    """

    public_ip: str
    endpoints: Mapping[str, Listening]
    public_ipv6: str | None = None
    ipv6: Mapping[str, Listening] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Announced:
    """A listener as users are told of it: its word, the site whose traffic arrives there, and where it answers."""

    key: str
    site: str | None
    where: Listening
    over_ipv6: bool = False

    @property
    def name(self) -> str:
        """Its name among all listeners: ``mx``, ``mx of site hq``, or ``mx of site hq over IPv6``."""
        whose = f"{self.key} of site {self.site}" if self.site else self.key
        return f"{whose} over IPv6" if self.over_ipv6 else whose


@dataclass(frozen=True, slots=True)
class Names:
    """What DNS answers: the zone of the present instant, and with whose eyes a service's host is looked up."""

    zone: Callable[[Lab | None], Zone]
    view: View = View.LAB


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a listener is, apart from where it is."""

    key: str
    endpoint: Endpoint
    name: str | None = None
    on_legacy_host: bool = False


_KINDS: Final = (
    _Kind("submission", Endpoint.SUBMISSION, "smtp.office365.com"),
    _Kind("mx", Endpoint.MX),
    _Kind("hve", Endpoint.HVE, "smtp.hve.mx.microsoft"),
    _Kind("acs_smtp", Endpoint.ACS_SMTP, "smtp.azurecomm.net"),
    _Kind("submission_legacy", Endpoint.SUBMISSION, "smtp-legacy.office365.com", on_legacy_host=True),
)


ENDPOINTS: Final = tuple(dict.fromkeys(kind.endpoint.value for kind in _KINDS))
"""The words of the endpoints that listeners stand for: by them events, verdicts and mail are told apart."""

LISTENERS: Final = (*(kind.key for kind in _KINDS), "dns")
"""The words of the listeners there are."""

FAULT_PLACES: Final = (*LISTENERS, Endpoint.ACS_REST.value)
"""The words by which faults are told where they act: the listeners, and what answers behind another one."""


class Fleet:
    """All SMTP listeners of one emulator."""

    def __init__(
        self,
        house: House,
        *,
        host: str = "127.0.0.1",
        port_base: int = 0,
        lab: LabPlan | None = None,
        names: Names | None = None,
    ) -> None:
        """Prepare; nothing listens before ``start``. With a ``lab`` its addresses and ports hold.

        ``names`` says what DNS answers; None is no DNS.
        """
        self._house = house
        self._host = host
        self._port_base = port_base
        self._lab = lab
        self._servers: list[Acceptor | BlockedPort] = []
        self._port_25: dict[str, OutboundPort25] = {}
        self._sweep: Sweep | None = None
        self._names = names
        self._name_server: NameServer | None = None
        self.endpoints: dict[str, Listening] = {}
        self.sites: dict[str, SiteListening] = {}
        self._sets_of_ports = 0

    async def start(self, world: World) -> None:
        """Listen for every endpoint and for every site of the world.

        Raise ListenError when a port is taken, ValueError when the host or the port base is one that cannot be.
        """
        self._sweep = Sweep(asyncio.get_running_loop())
        self.endpoints = await self._listen(None, 0)
        await self.add_sites(world)
        if self._names is not None:
            await self._start_names(self._names)

    async def add_sites(self, world: World) -> None:
        """Listen for the sites that are new; those that are gone keep their ports, as nobody's, until the end."""
        for site in world.sites:
            known = self.sites.get(site.name)
            if known is not None and self._port_25[site.name] is not site.outbound_port_25:
                await self._reopen(site, known)
            self._port_25[site.name] = site.outbound_port_25
            await self._add(site, known)

    async def _add(self, site: Site, known: SiteListening | None) -> None:
        """Listen for one site, with all of its sets of ports or, where one cannot be had, with none that is new."""
        before, sets = len(self._servers), self._sets_of_ports
        is_dual = site.public_ipv6 is not None
        try:
            endpoints = known.endpoints if known else await self._listen(site.name, self._next_offset())
            ipv6 = known.ipv6 if known else {}
            if is_dual and not ipv6 and self._lab is None:  # a lab's clients show their family
                ipv6 = await self._listen(site.name, self._next_offset(), over_ipv6=True)
        except BaseException:
            for server in self._servers[before:]:
                server.close()
            del self._servers[before:]
            self._sets_of_ports = sets
            raise
        self.sites[site.name] = SiteListening(
            str(site.public_ip), endpoints, str(site.public_ipv6) if is_dual else None, ipv6
        )

    def _next_offset(self) -> int:
        """Give the distance of the next set of ports from the base."""
        self._sets_of_ports += 1
        return _SITE_STEP * self._sets_of_ports

    def desk(self, key: str, site: str | None = None, *, over_ipv6: bool = False) -> SmtpDesk:
        """Give the desk that a listener of this kind works at."""
        kind = next(kind for kind in _KINDS if kind.key == key)
        return SmtpDesk(self._house, kind.endpoint, site, kind.on_legacy_host, kind.name or "", kind.key, over_ipv6)

    @property
    def announced(self) -> tuple[Announced, ...]:
        """Every listener there is: the endpoints' own, then those of each site."""
        own = [Announced(key, None, where) for key, where in self.endpoints.items()]
        of_sites = [
            Announced(key, name, where, over_ipv6)
            for name, site in self.sites.items()
            for over_ipv6, endpoints in ((False, site.endpoints), (True, site.ipv6))
            for key, where in endpoints.items()
        ]
        return (*own, *of_sites)

    @property
    def answering(self) -> tuple[Announced, ...]:
        """Every listener that is to answer: all but those whose port 25 an access provider blocks over IPv4."""
        blocked = {site for site, state in self._port_25.items() if state is not OutboundPort25.OPEN}
        return tuple(one for one in self.announced if one.key != _PORT_25 or one.over_ipv6 or one.site not in blocked)

    @property
    def connections(self) -> int:
        """How many connections are open, at guests' listeners too."""
        own = len(self._sweep) if self._sweep is not None else 0
        own += len(self._name_server) if self._name_server is not None else 0
        return own + sum(len(guest) for guest in self._house.guests)

    async def hang_up(self, why: str) -> None:
        """End every connection, also those that come meanwhile, and those of guests; the listeners go on."""
        if self._name_server is not None:
            self._name_server.hang_up()
        while self._sweep is not None and len(self._sweep):
            await self._sweep.close_all(grace=0.2, why=why)
        for guest in tuple(self._house.guests):
            await guest.hang_up(why)

    async def stop(self) -> None:
        """Close the listeners, then every connection."""
        for server in self._servers:
            server.close()
        if self._name_server is not None:
            self._name_server.stop()
        await self.hang_up("server stopping")

    async def _start_names(self, names: Names) -> None:
        """Listen for DNS, which tells where everything else listens; in a lab on its own address, unless told."""
        place = Place(self._host, self._port("dns", 0)) if self._lab is None else self._lab.place("dns")
        if place is None:
            return
        doors = tuple(
            (Door(key), (ip_address(where.host),)) for key, where in self.endpoints.items() if key in set(Door)
        )
        if self._lab is not None and (https := self._lab.place("https")) is not None:
            doors = (*doors, (Door.HTTPS, (ip_address(https.host),)))
        lab = Lab((ip_address(place.host),), doors) if names.view is View.LAB else None
        self._name_server = NameServer(NameDesk(self._house, names.zone, lab))
        try:
            taken = await self._name_server.start(place.host, place.port, in_lab=self._lab is not None)
        except OSError as error:
            way_out = ""
            if self._lab is not None:
                way_out = lab_obstacles.way_out(error.errno, place.port, REAL_PORTS["dns"], platform=sys.platform)
            raise ListenError.about("dns", place.host, place.port, error, way_out) from None
        self.endpoints["dns"] = Listening(place.host, taken)

    async def _reopen(self, site: Site, known: SiteListening) -> None:
        """Do to a site's MX what its access provider does from now on, in the same place."""
        place = known.endpoints.get(_PORT_25)
        if place is None or self._sweep is None:
            return
        desk = self.desk(_PORT_25, site.name)
        old = next(one for one in self._servers if one.sockets[0].getsockname()[:2] == (place.host, place.port))
        old.close()
        self._servers.remove(old)
        await asyncio.sleep(0)  # uvloop lets go of a place in its next round
        opened = await self._open(desk, place.host, place.port, self._sweep, site.outbound_port_25)
        self._servers.append(opened)

    async def _open(
        self, desk: SmtpDesk, host: str, port: int, sweep: Sweep, blocked: OutboundPort25 = OutboundPort25.OPEN
    ) -> Acceptor | BlockedPort:
        """Listen at a place, or hold it as a provider that blocks port 25 does."""
        if blocked is not OutboundPort25.OPEN:
            return BlockedPort(host, port, refuses=blocked is OutboundPort25.REFUSED)
        stream = partial(ProxiedStream, desk) if self._house.proxied else None
        return await listen(desk, host, port, sweep=sweep, in_lab=self._lab is not None, stream=stream)

    async def _listen(self, site: str | None, offset: int, *, over_ipv6: bool = False) -> dict[str, Listening]:
        if self._sweep is None:
            msg = "start() comes first"
            raise RuntimeError(msg)
        listening = {}
        servers: list[Acceptor | BlockedPort] = []
        try:
            for kind in _KINDS:
                desk = self.desk(kind.key, site, over_ipv6=over_ipv6)
                blocked = self._port_25.get(site or "") if kind.key == _PORT_25 and not over_ipv6 else None
                server = await self._listen_for(kind, desk, offset, self._sweep, blocked or OutboundPort25.OPEN)
                if server is None:
                    continue
                servers.append(server)
                host, port = server.sockets[0].getsockname()[:2]
                listening[kind.key] = Listening(host, port, self._name_of(kind))
        except BaseException:
            for server in servers:
                server.close()
            raise
        self._servers += servers
        return listening

    def _name_of(self, kind: _Kind) -> str | None:
        """Give the name that clients connect to; High Volume Email had another one before April 2026."""
        if kind.endpoint is not Endpoint.HVE:
            return kind.name
        return service_name(self._house.holder.current.rulebook.calendar, self._house.clock.now())

    async def _listen_for(
        self, kind: _Kind, desk: SmtpDesk, offset: int, sweep: Sweep, blocked: OutboundPort25
    ) -> Acceptor | BlockedPort | None:
        if self._lab is not None:
            return await self._listen_in_lab(self._lab, kind, desk, sweep, blocked)
        port = self._port(kind.key, offset)
        try:
            return await self._open(desk, self._host, port, sweep, blocked)
        except OSError as error:
            raise ListenError.about(kind.key, self._host, port, error) from None

    def _port(self, key: str, offset: int) -> int:
        port = self._port_base + offset + _OFFSETS[key] if self._port_base else 0
        if not 0 <= port <= _HIGHEST_PORT:
            raise ValueError(f"{key} would get port {port}; choose a port base from 1024 to {_HIGHEST_PORT - 1000}")
        return port

    async def _listen_in_lab(
        self, lab: LabPlan, kind: _Kind, desk: SmtpDesk, sweep: Sweep, blocked: OutboundPort25
    ) -> Acceptor | BlockedPort | None:
        """Listen where the lab wants this kind; None where it has no address."""
        place = lab.place(kind.key, desk.site)
        if place is None:
            return None
        try:
            return await self._open(desk, place.host, place.port, sweep, blocked)
        except OSError as error:
            way_out = lab_obstacles.way_out(error.errno, place.port, REAL_PORTS[kind.key], platform=sys.platform)
            what = listener(kind.key, desk.site)
            raise ListenError.about(what, place.host, place.port, error, way_out) from None
