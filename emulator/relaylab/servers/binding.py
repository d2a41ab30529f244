"""A listening socket on one address, and why it cannot be had in the system's own words."""

from __future__ import annotations

import socket
from typing import Final

BACKLOG: Final = 4096  # connections that the kernel holds for us; with asyncio's 100 a start of 200 devices stalls


def bind(host: str, port: int) -> socket.socket:
    """Listen on an IPv4 or IPv6 address and on nothing else; port 0 takes a free one.

    The event loop would do it too, but it hides the error number of an address that is not this machine's.

    Raises:
        OSError: The address is not this machine's, or the port is taken or not permitted.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)
