"""TLS as one sender has it: how old a protocol it offers, whom it trusts, and when it compares the server's name."""

import ipaddress
import ssl

from relaylab_scenarios.errand import Errand
from relaylab_scenarios.habits import NameCheck, OldestTls
from relaylab_scenarios.profile import Tls


def verifies(tls: Tls, errand: Errand) -> bool:
    """Whether this sender, set up for this errand, checks the server's certificate."""
    return tls.verifies if errand.verifies is None else errand.verifies


def context(tls: Tls, errand: Errand) -> ssl.SSLContext:
    """Make the sender's side of TLS for one errand.

    Raises:
        OSError: The file with trusted certificates cannot be read.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = verifies(tls, errand) and tls.name_check is NameCheck.IN_HANDSHAKE
    made.verify_mode = ssl.CERT_REQUIRED if verifies(tls, errand) else ssl.CERT_NONE
    if tls.oldest is OldestTls.LIBRARY:
        made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    if verifies(tls, errand):
        if errand.ca_file is None:
            made.load_default_certs()
        else:
            made.load_verify_locations(errand.ca_file)
    return made


def fits(server_name: str, names: tuple[tuple[str, str], ...]) -> bool:
    """Whether a certificate with these alternative names is for this server (RFC 9525 §6)."""
    try:
        address = ipaddress.ip_address(server_name)
    except ValueError:
        return any(_fits_name(server_name.lower(), name.lower()) for kind, name in names if kind == "DNS")
    return any(address == ipaddress.ip_address(name) for kind, name in names if kind == "IP Address")


def _fits_name(server_name: str, pattern: str) -> bool:
    """A star stands for exactly one whole label, the leftmost."""
    star, _, rest = pattern.partition(".")
    return server_name == pattern or (star == "*" and server_name.partition(".")[2] == rest != "")
