"""The DNS side of one SPF check: questions asked, limits kept, names validated (RFC 7208 §4.6.4, §5.5).

Law of this module: one check asks a bounded number of questions, whatever the records say: ten terms that ask, two of
them in vain, ten names of a mail exchanger or of an address.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from relaylab.domain.zone import Rcode
from relaylab.mailauth.names import is_askable

if TYPE_CHECKING:
    from relaylab.domain.zone import Zone

MOST_TERMS: Final = 10  # RFC 7208 §4.6.4
MOST_VOID: Final = 2  # RFC 7208 §4.6.4, §11.1
MOST_NAMES: Final = 10  # RFC 7208 §4.6.4, for MX and PTR


class TemporaryError(Exception):
    """DNS gave no answer; the check ends in temperror."""


class PermanentError(Exception):
    """The record is wrong or asks for too much; the check ends in permerror."""


class Questions:
    """The questions of one check; ``asked`` is a line for each, ``unheld`` the names that no zone holds."""

    def __init__(self, zone: Zone, ip: IPv4Address | IPv6Address) -> None:
        self.asked: list[str] = []
        self.unheld: list[str] = []
        self._zone = zone
        self._ip = ip
        self._terms = 0
        self._void = 0
        self._names: tuple[str, ...] | None = None

    def count_term(self) -> None:
        """Count a term that asks DNS; the eleventh is one too many."""
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise PermanentError(f"more than {MOST_TERMS} terms ask DNS")

    def texts(self, domain: str) -> tuple[str, ...]:
        """Give the TXT records of a name."""
        return self._ask(domain, "TXT", counts_void=False)

    def addresses(self, name: str, *, counts_void: bool = True) -> tuple[IPv4Address | IPv6Address, ...]:
        """Give the addresses of a name in the family of the client (RFC 7208 §5)."""
        found = self._ask(name, "A" if self._ip.version == 4 else "AAAA", counts_void=counts_void)
        return tuple(ip_address(value) for value in found)

    def exists(self, name: str) -> bool:
        """Tell whether a name has an A record, whatever the client's family (RFC 7208 §5.7)."""
        return bool(self._ask(name, "A"))

    def exchangers(self, domain: str) -> tuple[str, ...]:
        """Give the mail exchangers of a domain; more than ten are an error (RFC 7208 §5.4)."""
        hosts = tuple(value.split()[-1] for value in self._ask(domain, "MX") if value.split())
        if len(hosts) > MOST_NAMES:
            raise PermanentError(f"{domain} has more than {MOST_NAMES} MX records")
        return tuple(host for host in hosts if host != ".")

    def validated_names(self) -> tuple[str, ...]:
        """Give the client's names that lead back to its address, at most ten tried (RFC 7208 §5.5)."""
        if self._names is None:
            self._names = tuple(self._validate())
        return self._names

    def _validate(self) -> list[str]:
        names: list[str] = []
        try:
            pointers = self._ask(self._ip.reverse_pointer, "PTR", counts_void=False)
        except TemporaryError:
            return names
        for pointer in pointers[:MOST_NAMES]:
            name = pointer.removesuffix(".")
            try:
                if self._ip in self.addresses(name, counts_void=False):
                    names.append(name.lower())
            except TemporaryError:
                continue
        return names

    def _ask(self, name: str, record_type: str, *, counts_void: bool = True) -> tuple[str, ...]:
        values: tuple[str, ...] = ()
        if is_askable(name):
            answer = self._zone.look_up(name, record_type)
            values = answer.values(record_type)
            self.asked.append(f"{record_type} {name}: {answer.rcode}, {len(values)} found")
            if answer.rcode not in {Rcode.NOERROR, Rcode.NXDOMAIN}:
                reason = "DNS did not answer"
                if answer.rcode is Rcode.REFUSED:
                    reason = "no zone of the world holds it"
                    self.unheld.append(name)
                raise TemporaryError(f"{record_type} {name}: {reason}")
        else:
            self.asked.append(f"{record_type} {name}: not a name that DNS can hold")
        if not values and counts_void:
            self._void += 1
            if self._void > MOST_VOID:
                raise PermanentError(f"more than {MOST_VOID} questions found nothing (the last: {record_type} {name})")
        return values
