"""The Azure Communication Services resources of an emulator as its control plane sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.servers.control import RejectedError

if TYPE_CHECKING:
    from relaylab.app.emulator import Emulator


class SteeredAcs:
    """Satisfies ``servers.control.SteersAcs``."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def list(self) -> list[dict[str, str]]:
        """Give every resource."""
        return [one.as_json for one in self._emulator.acs_rest.places(self._emulator.https_url)]

    def rotate(self, resource: str, which: str) -> dict[str, str]:
        """Make a new key; raise RejectedError for another word, KeyError where there is no such resource."""
        try:
            self._emulator.acs_rest.rotate_key(resource, which)
        except ValueError as error:
            raise RejectedError(f"key: {error}") from None
        return next(one for one in self.list() if one["name"].lower() == resource.lower())

    def engage(self, operation: str, kind: str, url: str, user_agent: str) -> None:
        """Have a recipient view or click; raise RejectedError where that is not tracked."""
        try:
            self._emulator.acs_rest.engage(operation, kind, url=url, user_agent=user_agent)
        except ValueError as error:
            raise RejectedError(str(error)) from None
