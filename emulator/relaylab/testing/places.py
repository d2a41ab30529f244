"""Where the listeners of a lab are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from relaylab.testing import trust
from relaylab.testing.acs import AcsRest
from relaylab.testing.running import RunningLab

if TYPE_CHECKING:
    import ssl

    from relaylab.servers.fleet import Listening, SiteListening
    from relaylab.store import FaultBoard
    from relaylab.testing.running import Door


@dataclass(frozen=True, slots=True)
class SitePlaces:
    """The listeners of one site: what arrives there comes from ``public_ip``.

    ``ipv6`` are those of a dual-stack site for what arrives over IPv6, with its ``public_ipv6`` for an address; None
    for every other site.
    """

    name: str
    public_ip: str
    endpoints: Mapping[str, Listening]
    ipv6: SitePlaces | None = None

    @property
    def submission(self) -> Listening:
        """``smtp.office365.com``."""
        return self.endpoints["submission"]

    @property
    def submission_legacy(self) -> Listening:
        """``smtp-legacy.office365.com``, for devices with old TLS."""
        return self.endpoints["submission_legacy"]

    @property
    def mx(self) -> Listening:
        """The tenants' MX."""
        return self.endpoints["mx"]

    @property
    def hve(self) -> Listening:
        """High Volume Email, ``smtp.hve.mx.microsoft``."""
        return self.endpoints["hve"]

    @property
    def acs_smtp(self) -> Listening:
        """``smtp.azurecomm.net``, Azure Communication Services over SMTP."""
        return self.endpoints["acs_smtp"]


def _places(name: str, site: SiteListening) -> SitePlaces:
    ipv6 = SitePlaces(name, site.public_ipv6, site.ipv6) if site.public_ipv6 and site.ipv6 else None
    return SitePlaces(name, site.public_ip, site.endpoints, ipv6)


class PlacedLab(RunningLab):
    """A lab, and how a client finds and trusts it."""

    @property
    def submission(self) -> Listening:
        """``smtp.office365.com``: ``host``, ``port``, ``name``."""
        return self._listening("submission")

    @property
    def submission_legacy(self) -> Listening:
        """``smtp-legacy.office365.com``, for devices with old TLS."""
        return self._listening("submission_legacy")

    @property
    def mx(self) -> Listening:
        """The tenants' MX."""
        return self._listening("mx")

    @property
    def hve(self) -> Listening:
        """High Volume Email, ``smtp.hve.mx.microsoft``."""
        return self._listening("hve")

    @property
    def acs_smtp(self) -> Listening:
        """``smtp.azurecomm.net``, Azure Communication Services over SMTP: ``host``, ``port``, ``name``."""
        return self._listening("acs_smtp")

    @property
    def acs_rest(self) -> AcsRest:
        """Azure Communication Services Email over REST: ``url``, ``connection_string``, ``keys``, ``rotate_key``.

        It is the first resource of the world; ``acs_rest.resource(NAME)`` is another.
        """
        return AcsRest(self.emulator)

    @property
    def https_url(self) -> str:
        """Where the HTTPS services answer: the token endpoint of login.microsoftonline.com."""
        return self.emulator.https_url

    @property
    def faults(self) -> FaultBoard:
        """What the listeners do wrong on purpose; those that a test adds are gone with it."""
        return self.emulator.faults

    @property
    def sites(self) -> Mapping[str, SitePlaces]:
        """The sites of the world, by name."""
        all_sites = self.emulator.sites
        return {
            site.name: _places(site.name, all_sites[site.name]) for site in self.world.sites if site.name in all_sites
        }

    def site(self, name: str) -> SitePlaces:
        """Give the listeners of a site; raise LookupError for one that the world does not have."""
        __tracebackhide__ = True
        sites = self.sites
        if name not in sites:
            near = get_close_matches(name, sites, n=1)
            there = f"it has {', '.join(sites)}" if sites else "it has none"
            raise LookupError(
                f"no site of this world is named {name!r}; {f'did you mean {near[0]!r}?' if near else there}"
            )
        return sites[name]

    @property
    def ca_file(self) -> Path:
        """The root certificate that a client must trust, PEM."""
        return self.emulator.ca_file

    def env(self) -> dict[str, str]:
        """Give variables for a client in a process of its own: roots to trust, and where the listeners are.

        ``SSL_CERT_FILE``, ``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE``, ``NODE_EXTRA_CA_CERTS``, ...;
        ``RELAYLAB_SUBMISSION_HOST``, ``RELAYLAB_SUBMISSION_PORT``, ``RELAYLAB_MX_PORT``, ``RELAYLAB_SITE_HQ_MX_PORT``,
        ``RELAYLAB_ACS_REST_URL``, ... Nothing secret is among them.
        """
        variables = trust.environment(self.ca_file, self.now, self.emulator.endpoints, self.sites)
        places = self.emulator.acs_rest.places(self.emulator.https_url)
        return variables | ({"RELAYLAB_ACS_REST_URL": places[0].url} if places else {})

    @contextmanager
    def environment(self) -> Iterator[None]:
        """Give this process the variables of ``env`` for a while: for code under test that makes its own context."""
        before = dict(os.environ)
        os.environ.update(self.env())
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def ssl_context(self) -> ssl.SSLContext:
        """Give a client's context that trusts the test root and checks names."""
        return trust.ssl_context(self.ca_file)

    def _listening(self, door: Door) -> Listening:
        endpoints = self.emulator.endpoints
        if door not in endpoints:
            raise RuntimeError(f"{door} is not listening in a lab made with listen=False; host its controller")
        return endpoints[door]
