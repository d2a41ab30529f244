"""Which relaylab is meant: the one that was named, or the only one that is serving."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from relaylab.app.announced import Announcement, announcements
from relaylab_conformance.steering.client import Control, NobodyError, SteeringError

_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def find(url: str | None, token: str | None) -> Control:
    """Give the control plane to ask; raise SteeringError where none is meant (NobodyError), or more than one."""
    if url is not None and token:
        return Control(url, token)
    if url is not None:
        same = [one for one in announcements() if _place(one.url) == _place(url)]
        return Control(url, same[-1].token if same else "")
    serving = [one for one in announcements() if _answers(one)]
    if not serving:
        raise NobodyError(
            "no relaylab is serving; start one with `relaylab serve WORLD`, or name it: --control URL --token TOKEN"
        )
    if len(serving) > 1:
        there = ", ".join(f"{one.url} ({one.world})" for one in serving)
        raise SteeringError(f"{len(serving)} are serving: {there}; choose one with --control URL")
    return Control(serving[0].url, token or serving[0].token)


def _place(url: str) -> tuple[str, str, int | None] | str:
    """Give an address as it is compared: this machine's names for itself are one."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme, "localhost" if host in _THIS_MACHINE else host, parts.port
    except ValueError:  # no address: the request says so
        return url


def _answers(announcement: Announcement) -> bool:
    """Ask at the address; a file that a killed process left is deleted, as is one whose address another has now."""
    try:
        Control(announcement.url, announcement.token).check()
    except NobodyError:
        announcement.withdraw()
        return False
    except SteeringError:
        return False
    return True
