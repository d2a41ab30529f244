"""``--lab``, ``--lab-ports`` and ``--lab-name``: texts in, a plan out, or one sentence that ends with the way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from relaylab.app.world_file.errors import did_you_mean
from relaylab.servers.fleet import ListenError
from relaylab.servers.lab_plan import KNOWN_PORTS, REAL_PORTS, LabPlan, parse_lab_address
from relaylab_certs.leaves import parse_name

if TYPE_CHECKING:
    from relaylab.domain.world import World

_SITE: Final = "site:"
_HIGHEST_PORT: Final = 65_535
_PORTS: Final = ", ".join(map(str, KNOWN_PORTS))
_EXAMPLE: Final = "write --lab-ports 587:2587,25:2525,80:8080"


def parse_lab(addresses: Sequence[str], ports: str = "", names: Sequence[str] = ()) -> LabPlan | None:
    """Read what a lab was asked for; None when none was.

    Raises:
        ValueError: Something is wrong with it.
    """
    if not addresses:
        if ports or names:
            raise ValueError("a lab needs an address of this machine; add --lab ADDRESS")
        return None
    own: str | None = None
    endpoints: dict[str, str] = {}
    sites: dict[str, str] = {}
    for text in addresses:
        what, equals, address = (part.strip() for part in text.rpartition("="))
        address = parse_lab_address(address)
        if not equals:
            if own not in {None, address}:
                raise ValueError(f"a lab has one address, and {own} and {address} are two; write WHAT={address}")
            own = address
            continue
        found, key = _kind(what, endpoints, sites)
        if found.setdefault(key, address) != address:
            raise ValueError(f"{what} has two addresses, {found[key]} and {address}; give it one")
    if own is None:
        raise ValueError("the lab itself has no address yet; add --lab ADDRESS, of this machine")
    checked = tuple(dict.fromkeys(_host_name(name) for name in names))
    return LabPlan(address=own, endpoints=endpoints, sites=sites, ports=_ports(ports), names=checked)


def check_sites(plan: LabPlan, world: World) -> None:
    """Make sure that every site with an address is one of the world; raise ListenError."""
    known = [site.name for site in world.sites]
    for name in plan.sites:
        if name not in known:
            there = f"its sites are {', '.join(known)}" if known else "it has no [[site]] at all"
            raise ListenError(0, f"--lab {_SITE}{name}: the world has no such site; {did_you_mean(name, known, there)}")


def _kind(what: str, endpoints: dict[str, str], sites: dict[str, str]) -> tuple[dict[str, str], str]:
    if what.startswith(_SITE) and what != _SITE:
        return sites, what.removeprefix(_SITE)
    if what in REAL_PORTS:
        return endpoints, what
    words = ", ".join((*REAL_PORTS, f"{_SITE}NAME"))
    raise ValueError(f"{what!r} is not one of {words}; {did_you_mean(what, REAL_PORTS, 'write one of them')}")


def _host_name(text: str) -> str:
    name = parse_name(text)
    if not isinstance(name, str) or name.startswith("*"):
        raise ValueError(f"{text!r} is not the name of one machine; write one such as printer-lab.example")
    return name


def _ports(text: str) -> dict[int, int]:
    ports: dict[int, int] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        real, colon, instead = pair.partition(":")
        if not (colon and _is_port(real) and _is_port(instead)):
            raise ValueError(f"{pair!r} is not of the form PORT:PORT; {_EXAMPLE}")
        if int(real) not in KNOWN_PORTS:
            raise ValueError(f"a lab has no port {real} to move; its ports are {_PORTS}")
        if ports.setdefault(int(real), int(instead)) != int(instead):
            raise ValueError(f"port {real} is moved twice; give it one port")
    return ports


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(_HIGHEST_PORT)) and int(text) <= _HIGHEST_PORT
