"""Faults as values: what a server does wrong on purpose, where, how often and until when.

A fault says nothing of how it is done: ``rules.faults`` knows what each behaviour means, the session applies it, and
the store counts it. The scope, the step, the window and the count decide together whether it acts; all must fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from relaylab.domain.address import Address, DomainName
from relaylab.domain.clock import Window
from relaylab.domain.handshake import TlsVersion


class Behaviour(StrEnum):
    """What a server can do wrong over SMTP, in DNS, or with accepted mail; ``rules.faults`` has a sentence for each."""

    # As captured.
    M365 = "m365"
    PLAINOFFER = "plainoffer"
    NOSTARTTLS = "nostarttls"
    STARTTLSPLAIN = "starttlsplain"
    STARTTLS454 = "starttls454"
    SELFSIGNED = "selfsigned"
    WRONGNAME = "wrongname"
    TLS10 = "tls10"
    IMPLICIT = "implicit"
    INJECT = "inject"
    LOWER = "lower"
    AUTH535 = "auth535"
    AUTH550 = "auth550"
    JSON334 = "json334"
    CONNECT421 = "421connect"
    MID421 = "mid421"
    MAIL4XX = "mail4xx"
    RCPT452 = "rcpt452"
    MULTI250 = "multi250"
    SMALLSIZE = "smallsize"
    DATAFINAL5XX = "datafinal5xx"
    RSTDATA = "rstdata"
    PLAINRELAY = "plainrelay"
    # Answers.
    REPLY = "reply"
    CONNECT554 = "554connect"
    EHLO500 = "ehlo500"
    AUTH454 = "auth454"
    GREYLIST = "greylist"
    PARAMETER555 = "parameter555"
    CHALLENGE = "challenge"
    # The form of an answer.
    DELAY = "delay"
    DRIP = "drip"
    SPLIT = "split"
    ONEBYONE = "onebyone"
    MULTILINE = "multiline"
    LONGTEXT = "longtext"
    ODDCODE = "oddcode"
    REWORD = "reword"
    NOENHANCED = "noenhanced"
    PROMPTS = "prompts"
    # The EHLO list.
    OFFER = "offer"
    WITHOUT = "without"
    UNKNOWN = "unknown"
    SHUFFLE = "shuffle"
    STARTTLSAGAIN = "starttlsagain"
    # The end of a connection.
    RESET = "reset"
    HANGUP = "hangup"
    BLACKHOLE = "blackhole"
    ACCEPTRESET = "acceptreset"
    # TLS.
    EXPIRED = "expired"
    NOTYETVALID = "notyetvalid"
    CNONLY = "cnonly"
    WEAKKEY = "weakkey"
    LONGCHAIN = "longchain"
    LEAFONLY = "leafonly"
    CHAINORDER = "chainorder"
    NOSNI = "nosni"
    TLS = "tls"
    TLS11 = "tls11"
    TLS12 = "tls12"
    TLS13 = "tls13"
    TLSSUITES = "tlssuites"
    TLSALERT = "tlsalert"
    TLSINTOLERANT = "tlsintolerant"
    # DNS.
    SERVFAIL = "servfail"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    # Copies that Azure Communication Services has accepted.
    FILTEREDSPAM = "filteredspam"
    QUARANTINED = "quarantined"
    DELIVERYFAILED = "deliveryfailed"


class Step(StrEnum):
    """The point of a dialogue at which a fault acts; all but QUERY and COPY are of SMTP."""

    CONNECT = "connect"  # the greeting
    EHLO = "ehlo"
    HELO = "helo"
    STARTTLS = "starttls"
    TLS = "tls"  # the handshake, when the ClientHello has come
    MECHANISM = "mechanism"  # the AUTH command
    PROMPT = "prompt"  # a 334 in the middle of AUTH
    AUTH = "auth"  # the verdict on the credentials
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"  # the answer to the command DATA
    CHUNK = "chunk"  # a BDAT that is not the last
    FINAL = "final"  # the complete message
    RSET = "rset"
    NOOP = "noop"  # and VRFY, HELP
    QUIT = "quit"
    ERROR = "error"  # a command out of order, or none
    QUERY = "query"  # a question to DNS
    COPY = "copy"  # a recipient's copy of a message that Azure Communication Services has accepted


class Per(StrEnum):
    """Whose occasions are counted together where a fault has ``times``."""

    ALL = "all"
    SESSION = "session"
    CLIENT = "client"  # the public address
    SENDER = "sender"
    RECIPIENT = "recipient"
    TRIPLET = "triplet"  # client, sender and recipient: what greylisting goes by


class When(StrEnum):
    """Whether a connection ends before or after the answer of the step."""

    BEFORE = "before"
    AFTER = "after"


class Layer(StrEnum):
    """Whether an EHLO list is the one in clear or the one inside TLS."""

    CLEAR = "clear"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class Nth:
    """Which of several: the ``first``-th, and those behind it where ``onwards`` is set."""

    first: int
    onwards: bool = False

    def __contains__(self, number: int) -> bool:
        """Tell whether it is one of those meant."""
        return number == self.first or (self.onwards and number > self.first)

    def __str__(self) -> str:
        """Write ``2`` or ``2+``."""
        return f"{self.first}{'+' if self.onwards else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A step in a session: what a scope is compared with.

    ``hosts`` are the name that the listener stands for and the one that the client asked for in TLS; ``sender`` is the
    reverse path, in AUTH the user; ``recipients`` are the one in question, or all that were accepted; ``nth`` counts
    RCPT and chunks in their transaction, everything else in its session.
    """

    step: Step
    now: datetime
    listener: str
    hosts: tuple[str, ...] = ()
    site: str | None = None
    session: str
    client: str
    sender: Address | None = None
    recipients: tuple[Address, ...] = ()
    nth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultScope:
    """Where a fault acts: everywhere, or where all that is given fits.

    ``sender`` and ``recipient`` are an address, or a domain with all its addresses.
    """

    listener: str | None = None
    host: str | None = None
    site: str | None = None
    session: str | None = None
    sender: Address | DomainName | None = None
    recipient: Address | DomainName | None = None

    def covers(self, occasion: Occasion) -> bool:
        """Tell whether the occasion lies in the scope."""
        return (
            self.listener in {None, occasion.listener}
            and self.site in {None, occasion.site}
            and self.session in {None, occasion.session}
            and (self.host is None or self.host.lower() in occasion.hosts)
            and (self.sender is None or _is(occasion.sender, self.sender))
            and (self.recipient is None or any(_is(one, self.recipient) for one in occasion.recipients))
        )


ANYWHERE: Final = FaultScope()
ALWAYS: Final = Window()


@dataclass(frozen=True, slots=True)
class FaultReply:
    """An answer of one's own: ``code`` 200 to 599, ``enhanced`` such as "4.7.1" or empty, one line of ``text``."""

    code: int
    enhanced: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault.

    ``id`` is given by the board. ``times`` None is without end; a behaviour that lasts for a connection counts
    connections, any other the answers it touched, for each of ``per`` apart. ``chance`` is drawn from the session's own
    stream of the seed, once for each thing that is counted. The rest are the parameters that the behaviour takes; None
    or empty is what ``rules.faults`` says of it. ``says`` names a text of ``rules.replies``; ``seconds`` are real ones.
    """

    behaviour: Behaviour
    id: str = ""
    scope: FaultScope = ANYWHERE
    times: int | None = None
    per: Per | None = None
    window: Window = ALWAYS
    chance: float = 1.0
    step: Step | None = None
    nth: Nth | None = None
    reply: FaultReply | None = None
    says: str = ""
    closes: bool | None = None
    seconds: float | None = None
    octets: int | None = None
    lines: int | None = None
    words: tuple[str, ...] = ()
    layer: Layer | None = None
    when: When | None = None
    name: str = ""
    minimum: TlsVersion | None = None
    maximum: TlsVersion | None = None

    def __str__(self) -> str:
        """Give the name by which people are told of it."""
        return f"fault {self.id or '(new)'} ({self.behaviour})"


@dataclass(frozen=True, slots=True)
class FaultUse:
    """A fault acted once; ``key`` is whose occasion it was, as far as the fault counts apart."""

    fault: str
    key: str = ""


class Board(Protocol):
    """The faults that stand, in order, and how often each has acted; sessions read it, the store writes it."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All of them, also those whose time is over or whose count is used up."""
        ...

    def used(self, use: FaultUse) -> int:
        """Give how often a fault has acted for a key."""
        ...


@dataclass(frozen=True, slots=True)
class _NoFaults:
    faults: tuple[Fault, ...] = ()

    def used(self, use: FaultUse) -> int:
        del use
        return 0


NO_FAULTS: Final[Board] = _NoFaults()


def key_of(fault: Fault, per: Per, occasion: Occasion) -> FaultUse:
    """Give the counter that an occasion belongs to."""
    match per:
        case Per.ALL:
            return FaultUse(fault.id)
        case Per.SESSION:
            return FaultUse(fault.id, occasion.session)
        case Per.CLIENT:
            return FaultUse(fault.id, occasion.client)
        case Per.SENDER:
            return FaultUse(fault.id, _key(occasion.sender))
        case Per.RECIPIENT:
            return FaultUse(fault.id, " ".join(map(_key, occasion.recipients)))
        case Per.TRIPLET:
            people = (occasion.sender, *occasion.recipients)
            return FaultUse(fault.id, " ".join([occasion.client, *map(_key, people)]))


def _key(address: Address | None) -> str:
    return address.key if address else "<>"


def _is(address: Address | None, meant: Address | DomainName) -> bool:
    if address is None:
        return False
    return address.domain == meant if isinstance(meant, DomainName) else address == meant
