"""check_host() of RFC 7208: does a domain let this address send for it?

Law of this module: a check always ends, in one of the seven results, and never raises.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import TYPE_CHECKING, Final

from relaylab.domain.authentication import SpfCheck, SpfIdentity, SpfResult
from relaylab.mailauth.names import ascii_name, is_askable
from relaylab.mailauth.spf.macros import MacroError, MacroString, parse_macro_string
from relaylab.mailauth.spf.questions import PermanentError, Questions, TemporaryError
from relaylab.mailauth.spf.record import Directive, Kind, Record, RecordError, is_spf, parse_record

if TYPE_CHECKING:
    from relaylab.domain.zone import Zone

_POSTMASTER: Final = "postmaster"
_MOST_TOLD: Final = 12  # terms named in one sentence of evidence
_UNKNOWN: Final = "unknown"  # RFC 7208 §7.3, for an address without a validated name


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What SPF may know of a session: ``mail_from`` is the reverse path without brackets, empty for a bounce.

    ``receiver`` is the name of the host that checks, ``now`` the instant of the check; both serve explanations only.
    """

    ip: IPv4Address | IPv6Address
    helo: str
    mail_from: str
    receiver: str
    now: datetime


@dataclass(frozen=True, slots=True)
class _Found:
    """Where an evaluation ended: its result, and the term and the record that decided."""

    result: SpfResult
    domain: str
    term: str | None = None
    explanation: MacroString | None = None


def check_spf(zone: Zone, session: Session) -> SpfCheck:
    """Check MAIL FROM, or HELO as ``postmaster@helo`` where MAIL FROM is empty (RFC 7208 §2.4)."""
    identity = SpfIdentity.MAIL_FROM if session.mail_from else SpfIdentity.HELO
    local, _, domain = (session.mail_from or f"{_POSTMASTER}@{session.helo}").rpartition("@")
    domain = ascii_name(domain) or domain.removesuffix(".")
    # A client that speaks IPv4 through an IPv6 socket is an IPv4 client (RFC 7208 §5).
    ip = session.ip.ipv4_mapped or session.ip if isinstance(session.ip, IPv6Address) else session.ip
    return _Check(zone, replace(session, ip=ip), local or _POSTMASTER, domain, identity).result()


class _Check:
    """One check; its questions are counted over all records that it reads."""

    def __init__(self, zone: Zone, session: Session, local: str, domain: str, identity: SpfIdentity) -> None:
        self._session = session
        self._local = local
        self._domain = domain
        self._identity = identity
        self._questions = Questions(zone, session.ip)
        self._because: list[str] = []

    def result(self) -> SpfCheck:
        try:
            found = self._check_host(self._domain)
        except TemporaryError as error:
            self._because.append(str(error))
            found = _Found(SpfResult.TEMPERROR, self._domain)
        except PermanentError as error:
            self._because.append(str(error))
            found = _Found(SpfResult.PERMERROR, self._domain)
        explains = found.result is SpfResult.FAIL and found.explanation is not None
        return SpfCheck(
            result=found.result,
            ip=self._session.ip,
            domain=self._domain,
            helo=self._session.helo,
            identity=self._identity,
            term=found.term,
            record_of=found.domain if found.term is not None else None,
            explanation=self._explain(found.domain, found.explanation) if explains else None,
            lookups=tuple(self._questions.asked),
            unheld=tuple(self._questions.unheld),
            because=(*(f"SPF: {sentence}" for sentence in self._because), self._summary(found)),
        )

    def _summary(self, found: _Found) -> str:
        term = f" by {found.term} in the record of {found.domain}" if found.term is not None else ""
        return f"SPF of {self._domain or 'no domain'} for {self._session.ip}: {found.result}{term}"

    def _check_host(self, domain: str) -> _Found:
        if not is_askable(domain) or "." not in domain:
            self._because.append(f"{domain!r} is not a domain name that can hold a record")
            return _Found(SpfResult.NONE, domain)
        record = self._record(domain)
        return self._evaluate(record, domain) if record else _Found(SpfResult.NONE, domain)

    def _record(self, domain: str) -> Record | None:
        texts = [text for text in self._questions.texts(domain) if is_spf(text)]
        if not texts:
            self._because.append(f"{domain} has no SPF record")
            return None
        if len(texts) > 1:
            raise PermanentError(f"{domain} has {len(texts)} SPF records; one is allowed")
        try:
            return parse_record(texts[0])
        except RecordError as error:
            raise PermanentError(f"the record of {domain}: {error}") from None

    def _evaluate(self, record: Record, domain: str) -> _Found:
        for passed, directive in enumerate(record.directives):
            if directive.kind.asks_dns:
                self._questions.count_term()
            if self._matches(directive, domain):
                self._tell_of(record.directives[:passed], domain)
                return _Found(directive.result, domain, directive.text, record.explanation)
        self._tell_of(record.directives, domain)
        if record.redirect is None:
            return _Found(SpfResult.NEUTRAL, domain)
        self._questions.count_term()
        target = self._name(record.redirect, domain)
        found = self._check_host(target)
        if found.result is SpfResult.NONE:
            raise PermanentError(f"redirect={target}, which has no SPF record")
        return found

    def _tell_of(self, passed: tuple[Directive, ...], domain: str) -> None:
        """Keep as evidence the terms of a record that did not match."""
        if passed:
            more = f" and {len(passed) - _MOST_TOLD} more" if len(passed) > _MOST_TOLD else ""
            told = ", ".join(directive.text for directive in passed[:_MOST_TOLD])
            self._because.append(f"in the record of {domain}, {self._session.ip} is not matched by {told}{more}")

    def _matches(self, directive: Directive, domain: str) -> bool:  # noqa: PLR0911 - one line a mechanism
        target = self._name(directive.domain, domain) if directive.domain else domain
        ip, questions = self._session.ip, self._questions
        match directive.kind:
            case Kind.ALL:
                return True
            case Kind.INCLUDE:
                return self._included(target)
            case Kind.IP4 | Kind.IP6:
                return directive.network is not None and ip in directive.network
            case Kind.A:
                return self._near(directive, target)
            case Kind.MX:
                return any(self._near(directive, host) for host in questions.exchangers(target))
            case Kind.PTR:
                return any(_is_within(name, target) for name in questions.validated_names())
            case Kind.EXISTS:
                return questions.exists(target)

    def _included(self, target: str) -> bool:
        """Tell whether an include matches: only a pass of the other record counts (RFC 7208 §5.2)."""
        found = self._check_host(target)
        match found.result:
            case SpfResult.PASS:
                return True
            case SpfResult.NONE:
                raise PermanentError(f"include:{target}, which has no SPF record")
            case SpfResult.TEMPERROR | SpfResult.PERMERROR:  # both are raised, never returned
                raise PermanentError(f"include:{target}")
            case SpfResult.FAIL | SpfResult.SOFTFAIL | SpfResult.NEUTRAL:
                return False

    def _near(self, directive: Directive, host: str) -> bool:
        ip = self._session.ip
        prefix = directive.ip4_prefix if ip.version == 4 else directive.ip6_prefix
        found = self._questions.addresses(host)
        return any(ip in ip_network(f"{address}/{prefix}", strict=False) for address in found)

    def _name(self, spec: MacroString, domain: str) -> str:
        return spec.expand_name(lambda letter: self._value(letter, domain))

    def _value(self, letter: str, domain: str) -> str:
        """Give the value of a macro letter (RFC 7208 §7.2, §7.3)."""
        session = self._session
        values = {
            "s": f"{self._local}@{self._domain}",
            "l": self._local,
            "o": self._domain,
            "d": domain,
            "i": _dotted(session.ip),
            "v": "in-addr" if session.ip.version == 4 else "ip6",
            "h": session.helo,
            "c": str(session.ip),
            "r": session.receiver,
            "t": str(int(session.now.timestamp())),
        }
        return values[letter] if letter in values else self._validated_name(domain)

    def _validated_name(self, domain: str) -> str:
        """Give ``%{p}``: the domain itself before its subdomains, and those before any other name."""
        names = self._questions.validated_names()
        within = [name for name in names if _is_within(name, domain)]
        exact = [name for name in within if name == domain.lower()]
        return next(iter([*exact, *within, *names]), _UNKNOWN)

    def _explain(self, domain: str, spec: MacroString | None) -> str | None:
        """Give the domain's text for a fail; None where it cannot be had or read (RFC 7208 §6.2)."""
        if spec is None:
            return None
        try:
            texts = self._questions.texts(self._name(spec, domain))
            if len(texts) != 1 or not texts[0].isascii():
                return None
            return parse_macro_string(texts[0], explains=True).expand(lambda letter: self._value(letter, domain))
        except (TemporaryError, MacroError):
            return None


def _dotted(ip: IPv4Address | IPv6Address) -> str:
    return str(ip) if ip.version == 4 else ".".join(ip.exploded.replace(":", "").upper())


def _is_within(name: str, domain: str) -> bool:
    parent = domain.lower().removesuffix(".")
    return name == parent or name.endswith("." + parent)
