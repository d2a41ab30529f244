"""As whom the clients of a listener appear to the service."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from relaylab.domain.peer import Peer, plain
from relaylab.domain.world import DEFAULT_PUBLIC_IP

if TYPE_CHECKING:
    from relaylab.domain.world import World
    from relaylab.store import WorldHolder

_FROM_HERE: Final = Peer(DEFAULT_PUBLIC_IP)
_MOST: Final = 4_096  # clients; a fleet comes from the same few addresses


class Peers:
    """The clients of one listener, each found once in a world: to read an address costs as much as a line.

    They are those of ``site``, or without one those of the site whose they count as; with ``over_ipv6`` they arrive
    over IPv6, by whatever family they came.
    """

    def __init__(self, holder: WorldHolder, site: str | None, *, over_ipv6: bool) -> None:
        """Know none yet."""
        self._holder = holder
        self._site = site
        self._over_ipv6 = over_ipv6
        self._known: tuple[World, dict[str, Peer]] = (holder.world, {})

    def of(self, client: str) -> Peer:
        """Give a client as its site makes it look."""
        world, known = self._holder.current.world, self._known
        if known[0] is not world:
            known = self._known = (world, {})
        peers = known[1]
        peer = peers.get(client)
        if peer is None:
            if len(peers) >= _MOST:
                peers.clear()
            peer = peers[client] = _peer(world, client, self._site, over_ipv6=self._over_ipv6)
        return peer

    def named(self, source: IPv4Address | IPv6Address) -> Peer:
        """Give the client that a balancer names; its site is the one that has that address."""
        world = self._holder.world
        site = world.site_at(source) or world.site_of_client(str(source))
        return Peer(site.address_over(source.version), site.name) if site else Peer(source)


def _peer(world: World, client: str, name: str | None, *, over_ipv6: bool) -> Peer:
    site = world.site(name) if name else world.site_of_client(client)
    address = plain(ip_address(client.partition("%")[0]))
    if site is not None:
        return Peer(site.address_over(6 if over_ipv6 else address.version), site.name)
    return Peer(address) if address.is_global else _FROM_HERE
