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
    """Gives the peer of a client, found once for each address in a world: to read one costs as much as a line."""

    def __init__(self, holder: WorldHolder) -> None:
        """Know none yet."""
        self._holder = holder
        self._known: tuple[World, dict[tuple[str, str | None, bool], Peer]] = (holder.world, {})

    def of(self, client: str, site: str | None, *, over_ipv6: bool) -> Peer:
        """Give a client of a site's listener as the site makes it look; without a site, as whose it counts.

        ``over_ipv6`` has it arrive over IPv6 by whatever family it came.
        """
        world, known = self._holder.world, self._known
        if known[0] is not world:
            known = self._known = (world, {})
        peers, key = known[1], (client, site, over_ipv6)
        peer = peers.get(key)
        if peer is None:
            if len(peers) >= _MOST:
                peers.clear()
            peer = peers[key] = _peer(world, client, site, over_ipv6=over_ipv6)
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
