"""Why a lab's address or port cannot be had, and the way out on each system."""

from __future__ import annotations

import errno
from typing import Final

_UNPRIVILEGED: Final = 1024  # the first port that any user may have, on Linux and macOS
_LOOKALIKES: Final = {25: 2525, 53: 5353, 80: 8080, 587: 2587}
_LINUX: Final = (
    "ports below 1024 need leave on Linux: for every user until the next start with "
    "`sudo sysctl net.ipv4.ip_unprivileged_port_start=25`, for one Python with `sudo setcap cap_net_bind_service=+ep "
    "PATH_OF_PYTHON`, or for one run with authbind or sudo (then add --ca DIR, or root gets a test root of its own)"
)
_MACOS: Final = (
    "macOS gives ports below 1024 of one address to root only: run it with sudo (and add --ca DIR, or root gets a test "
    "root of its own)"
)
_WINDOWS: Final = (
    "Windows gives ports to every user, so something has reserved this one: `netsh interface ipv4 show "
    "excludedportrange tcp` lists what is reserved"
)


def way_out(error_number: int | None, port: int, real_port: int, *, platform: str) -> str:
    """Say what to do when ``port``, in place of ``real_port``, gives this error on this ``sys.platform``."""
    move = f"--lab-ports {real_port}:{_another(port)}"
    match error_number:
        case errno.EADDRNOTAVAIL:
            return f"name one of this machine's own addresses ({_lister(platform)} lists them)"
        case errno.EAFNOSUPPORT:
            return "this machine has no IPv6; name an IPv4 address"
        case errno.EADDRINUSE:
            return f"end the program that listens there ({_finder(platform, port)} finds it), or move: {move}"
        case errno.EACCES | errno.EPERM if port < _UNPRIVILEGED or platform == "win32":
            return f"{_leave(platform)}; or move: {move}"
        case _:
            return f"name another address with --lab, or move: {move}"


def _another(port: int) -> int:
    """Give a port that needs no leave and looks like the one that does, or any free one."""
    return _LOOKALIKES.get(port, 0)


def _lister(platform: str) -> str:
    return {"win32": "`ipconfig`", "darwin": "`ifconfig`"}.get(platform, "`ip address`")


def _finder(platform: str, port: int) -> str:
    match platform:
        case "win32":
            return f"`netstat -abno -p tcp`, look for :{port},"
        case "darwin":
            return f"`sudo lsof -iTCP:{port} -sTCP:LISTEN`"
        case _:
            return f"`sudo ss -ltnp 'sport = :{port}'`"


def _leave(platform: str) -> str:
    return {"win32": _WINDOWS, "darwin": _MACOS}.get(platform, _LINUX)
