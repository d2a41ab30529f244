"""Labs on this machine: other loopback addresses stand for those of a LAN, free ports for the real ones."""

from __future__ import annotations

import os
import socket

import pytest

LAB, OTHER, THIRD = "127.0.0.2", "127.0.0.3", "127.0.0.4"
# Real ports are the same for every test run on this machine, so each run brings an address of its own.
ALONE = f"127.77.{os.getpid() >> 8 & 255}.{os.getpid() & 255 or 1}"
ANY_PORTS = ("--lab-ports", "587:0,25:0,80:0,443:0,8443:0")


def can_listen(host: str, *ports: int) -> bool:
    """Tell whether all these ports of an address could be had a moment ago."""
    try:
        for port in ports:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            socket.create_server((host, port), family=family).close()
    except OSError:
        return False
    return True


needs_more_loopback = pytest.mark.skipif(
    not can_listen(LAB, 0), reason="this system has no 127.0.0.2; on macOS: sudo ifconfig lo0 alias 127.0.0.2 (3, 4)"
)
needs_ipv6 = pytest.mark.skipif(not can_listen("::1", 0), reason="this machine has no IPv6 loopback address")
needs_real_ports = pytest.mark.skipif(
    not can_listen(ALONE, 25, 80, 443, 587), reason="ports below 1024 need leave here; see docs/lab.md"
)
