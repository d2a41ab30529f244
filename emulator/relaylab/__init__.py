"""relaylab: a local stand-in for the mail-submission side of Microsoft 365, with dated and cited rules.

The front door is lazy: importing a core module such as ``relaylab.domain`` loads no socket, TLS or HTTP code.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.app.config import LoadedWorld, WorldFileError, load_world, parse_world
    from relaylab.app.emulator import Emulator, Settings
    from relaylab.app.faults import parse_fault, parse_spec
    from relaylab.domain.fault import Fault
    from relaylab.domain.world import World
    from relaylab.rules.catalogue import rulebook

__all__ = [
    "Emulator",
    "Fault",
    "LoadedWorld",
    "Settings",
    "World",
    "WorldFileError",
    "load_world",
    "parse_fault",
    "parse_spec",
    "parse_world",
    "rulebook",
]

_HOMES = {
    "Emulator": "relaylab.app.emulator",
    "Fault": "relaylab.domain.fault",
    "LoadedWorld": "relaylab.app.config",
    "Settings": "relaylab.app.emulator",
    "World": "relaylab.domain.world",
    "WorldFileError": "relaylab.app.config",
    "load_world": "relaylab.app.config",
    "parse_fault": "relaylab.app.faults",
    "parse_spec": "relaylab.app.faults",
    "parse_world": "relaylab.app.config",
    "rulebook": "relaylab.rules.catalogue",
}


def __getattr__(name: str) -> object:
    """Load a name of the front door when it is first asked for (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(home), name)
