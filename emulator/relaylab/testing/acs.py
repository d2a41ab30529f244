"""Azure Communication Services over REST, as a test holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaylab.app.emulator import Emulator
    from relaylab.servers.acs_rest import RestPlace


class AcsRest:
    """The resource that a test sends through: the first of the world, unless another is named."""

    def __init__(self, emulator: Emulator, name: str | None = None) -> None:
        """Look at a resource; raise LookupError where there is none of that name, or none at all."""
        self._emulator = emulator
        places = self.resources
        if not places:
            raise LookupError("this world has no ACS resource that answers; add [[tenant.acs_resource]] to it")
        if name is not None and name not in places:
            raise LookupError(f"no ACS resource of this world is named {name!r}; it has {', '.join(places)}")
        self.name = name or next(iter(places))

    @property
    def resources(self) -> Mapping[str, RestPlace]:
        """Every resource of the world by its name."""
        return {one.name: one for one in self._emulator.acs_rest.places(self._emulator.https_url)}

    def resource(self, name: str) -> AcsRest:
        """Give another resource of the world; raise LookupError where there is none of that name."""
        return AcsRest(self._emulator, name)

    @property
    def url(self) -> str:
        """The endpoint: what an ``EmailClient`` with a credential is made with."""
        return self._place.url

    @property
    def connection_string(self) -> str:
        """The endpoint and the primary key: what ``EmailClient.from_connection_string`` takes."""
        return self._place.connection_string

    @property
    def host_name(self) -> str:
        """The name of its host, ``contoso-email.communication.azure.com``."""
        return self._place.host_name

    @property
    def keys(self) -> tuple[str, str]:
        """The primary and the secondary key."""
        return self._place.primary_key.reveal(), self._place.secondary_key.reveal()

    def rotate_key(self, which: str = "primary") -> str:
        """Make a new primary or secondary key, and give it; the old one is denied from the next request on."""
        primary, secondary = self._emulator.acs_rest.rotate_key(self.name, which)
        return (primary if which == "primary" else secondary).reveal()

    def view(self, operation: str, *, user_agent: str = "relaylab") -> None:
        """Have the recipient look at a message that is tracked; raise ValueError where it is not."""
        self._emulator.acs_rest.engage(operation, "view", user_agent=user_agent)

    def click(self, operation: str, url: str, *, user_agent: str = "relaylab") -> None:
        """Have the recipient click a link in a message that is tracked; raise ValueError where it is not."""
        self._emulator.acs_rest.engage(operation, "click", url=url, user_agent=user_agent)

    @property
    def _place(self) -> RestPlace:
        return self.resources[self.name]
