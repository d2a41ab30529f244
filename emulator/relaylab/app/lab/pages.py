"""The page's two listeners: in clear, where a device can read it, and over TLS, where a browser shows its trust."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Self

from relaylab.servers.fleet import ListenError
from relaylab.servers.lab_page import DER_FILE, PEM_FILE, PROFILE_FILE, lab_page
from relaylab.servers.lab_plan import CHECK_PORT, PAGE_PORT, LabPlan, Place
from relaylab.servers.web import WebServer
from relaylab_certs import KeyKind, leaves

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

    from relaylab_certs import TestAuthority

_SECOND_CHOICE: Final = 8080
_ANY: Final = 0


class LabPages:
    """Both listeners; an ``async with`` block is how long they answer. ``notes`` say where one is instead."""

    def __init__(
        self, plan: LabPlan, authority: TestAuthority, make: Callable[[], str], *, now: Callable[[], datetime]
    ) -> None:
        """Prepare; ``make`` writes the page, ``now`` gives the simulated instant."""
        self._plan = plan
        app = lab_page(make, authority)
        leaf = leaves.good(*plan.certified, key=KeyKind.RSA)
        self._clear = WebServer(app, now=now)
        self._over_tls = WebServer(app, now=now, certified=authority.issue(leaf))
        self.notes: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The page."""
        return f"{self._clear.url}/"

    @property
    def check_url(self) -> str:
        """The page over TLS: who trusts the test root reads it without a warning."""
        return f"{self._over_tls.url}/"

    @property
    def ports(self) -> tuple[int, int]:
        """The ports of the page in clear and over TLS."""
        return self._clear.port, self._over_tls.port

    @property
    def files(self) -> dict[str, str]:
        """Where the test root is, by form."""
        names = {"ca_pem": PEM_FILE, "ca_der": DER_FILE, "mobileconfig": PROFILE_FILE}
        return {form: self.url + name for form, name in names.items()}

    async def __aenter__(self) -> Self:
        """Listen; raise ListenError when the address gives no port at all."""
        try:
            await self._start(self._clear, "the page", self._plan.port(PAGE_PORT), _SECOND_CHOICE, _ANY)
            await self._start(self._over_tls, "the page over TLS", self._plan.port(CHECK_PORT), _ANY)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        await self._stop()

    async def _stop(self) -> None:
        await self._clear.stop()
        await self._over_tls.stop()

    async def _start(self, server: WebServer, what: str, *ports: int) -> None:
        """Take the first of these ports that can be had, and note it when that is not the first."""
        host = self._plan.address
        why_not = ""
        for port in dict.fromkeys(ports):
            try:
                await server.start(host, port)
            except OSError as error:
                why_not = why_not or os.strerror(error.errno or 0)
                last = ListenError.about(what, host, port, error, f"end what uses the ports of {host}, and try again")
            else:
                if why_not:
                    wanted = Place(host, ports[0])
                    self.notes += (f"{what} is at {server.url}, because {wanted} cannot be had: {why_not}",)
                return
        raise last
