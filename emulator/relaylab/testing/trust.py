"""What makes a client trust the test root and find the listeners: variables for a process, a context for this one."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import iso

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from relaylab.servers.fleet import Listening
    from relaylab.testing.places import SitePlaces

# Each names a file of roots in PEM. All but NODE_EXTRA_CA_CERTS replace the machine's own roots, which is no loss: a
# client under test should reach nothing but this machine.
_CA_VARIABLES: Final = (
    "SSL_CERT_FILE",  # OpenSSL: Python's ssl, Ruby, PHP, Perl, Go, msmtp, swaks
    "REQUESTS_CA_BUNDLE",  # requests
    "CURL_CA_BUNDLE",  # curl
    "NODE_EXTRA_CA_CERTS",  # Node.js, read once when it starts
    "DENO_CERT",  # Deno
    "GIT_SSL_CAINFO",  # git send-email
    "PERL_LWP_SSL_CA_FILE",  # LWP
    "AWS_CA_BUNDLE",  # botocore
)


def environment(
    ca_file: Path, at: datetime, endpoints: Mapping[str, Listening], sites: Mapping[str, SitePlaces]
) -> dict[str, str]:
    """Give the variables: roots, the instant, and host and port of every listener."""
    variables = dict.fromkeys(_CA_VARIABLES, str(ca_file))
    variables["RELAYLAB_CA_FILE"] = str(ca_file)
    variables["RELAYLAB_AT"] = iso(at)
    for key, where in endpoints.items():
        variables |= _place(key, where)
    for name, site in sites.items():
        for key, where in site.endpoints.items():
            variables |= _place(f"{name}_{key}", where, prefix="RELAYLAB_SITE")
        for key, where in (site.ipv6.endpoints if site.ipv6 else {}).items():
            variables |= _place(f"{name}_ipv6_{key}", where, prefix="RELAYLAB_SITE")
    return variables


def ssl_context(ca_file: Path) -> ssl.SSLContext:
    """Give a client's context that trusts the test root alone, and checks names."""
    return ssl.create_default_context(cafile=str(ca_file))


def _place(key: str, where: Listening, prefix: str = "RELAYLAB") -> dict[str, str]:
    word = f"{prefix}_{''.join(letter if letter.isalnum() else '_' for letter in key).upper()}"
    named = {f"{word}_NAME": where.name} if where.name else {}
    return {f"{word}_HOST": where.host, f"{word}_PORT": str(where.port)} | named
