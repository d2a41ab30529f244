"""How one family of mail senders behaves, as data: its dialect on the wire, and what it does when something fails.

Law: nothing here is a guess without a mark. Every field of every group carries a piece of evidence, and a profile in
which one is missing does not load. Words that a server would never see (``says``) are for people.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from relaylab_scenarios.conduct import Conduct
from relaylab_scenarios.habits import (
    After421,
    EarlyBytes,
    EnvelopeFlight,
    Farewell,
    LateChallenge,
    LetterCase,
    LineEnds,
    Mechanism,
    NameCheck,
    NewLine,
    OldestTls,
    RefusedRecipient,
    SignInRefused,
    Stage,
    StarttlsRefused,
    SubjectEncoding,
    TextEncoding,
    TlsWish,
    TooLarge,
    WithoutAuth,
    WithoutStarttls,
    Writes,
)

# What may stand in braces in a template, by the field it is for.
HELLO_BLANKS: Final = frozenset({"host", "address"})
MAIL_BLANKS: Final = frozenset({"size"})
RCPT_BLANKS: Final = frozenset({"recipient"})
HEADER_BLANKS: Final = frozenset(
    {"from", "to", "first_to", "subject", "date", "utc_date", "stamp", "random", "host", "from_domain", "type_fields"}
)


class Confidence(StrEnum):
    """How far something is to be believed, in the words of the whole product."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    SECONDARY = "secondary"
    INFERRED = "inferred"


class Mark(StrEnum):
    """How we know what a field says."""

    WIRE = "W"
    VENDOR = "V"
    FORUM = "F"
    KNOWLEDGE = "K"

    @property
    def confidence(self) -> Confidence:
        """The product's word for it."""
        return _CONFIDENCE[self]


_CONFIDENCE: Final = {
    Mark.WIRE: Confidence.OBSERVED,
    Mark.VENDOR: Confidence.DOCUMENTED,
    Mark.FORUM: Confidence.SECONDARY,
    Mark.KNOWLEDGE: Confidence.INFERRED,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason to believe a field: seen on the wire, written by the maker, told in public, or our knowledge."""

    mark: Mark
    date: date
    note: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Which sender this is, and how far the profile is to be believed as a whole."""

    family: str
    versions: str
    summary: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """EHLO: the name it gives, and how it reads the answer.

    ``argument_unqualified`` is used where the sender's own name has no dot.
    """

    host: str
    argument: str = field(metadata={"blanks": HELLO_BLANKS})
    argument_unqualified: str = field(metadata={"blanks": HELLO_BLANKS})
    falls_back_to_helo: bool
    keywords: LetterCase


@dataclass(frozen=True, slots=True, kw_only=True)
class MailParameter:
    """A word behind MAIL that the sender adds where the server offers the extension."""

    where_offered: str
    text: str = field(metadata={"blanks": MAIL_BLANKS})


@dataclass(frozen=True, slots=True, kw_only=True)
class RcptParameter:
    """A word behind RCPT that the sender adds where the server offers the extension."""

    where_offered: str
    text: str = field(metadata={"blanks": RCPT_BLANKS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """The commands as this sender spells them."""

    ehlo: str
    helo: str
    mail: str
    rcpt: str
    data: str
    rset: str
    quit: str
    mail_parameters: tuple[MailParameter, ...]
    rcpt_parameters: tuple[RcptParameter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What it asks for, what it checks, and what it does where TLS is missing or attacked."""

    wish: TlsWish
    oldest: OldestTls
    sends_server_name: bool
    verifies: bool
    name_check: NameCheck
    without_starttls: WithoutStarttls
    starttls_refused: StarttlsRefused
    early_bytes: EarlyBytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """AUTH: what it prefers, how it speaks, and what it does after a refusal.

    A mechanism of ``in_one_line`` says its first word behind AUTH, unless that makes the line longer than
    ``longest_line`` octets (RFC 4954 §4).
    """

    preference: tuple[Mechanism, ...]
    names: LetterCase
    in_one_line: frozenset[Mechanism]
    speaks_oauth: bool
    refused: SignInRefused
    without_auth: WithoutAuth
    late_challenge: LateChallenge
    longest_line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """MAIL, RCPT and DATA: how they travel, and what stops them."""

    flight: EnvelopeFlight
    refused_recipient: RefusedRecipient
    too_large: TooLarge


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The message on the wire; a line longer than ``longest_line`` is broken with CRLF and a space."""

    line_ends: LineEnds
    writes: Writes
    longest_line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How it takes its leave, after a success and after a refusal at each stage."""

    farewell: Farewell
    awaits_221: bool
    rset_after: frozenset[Stage]
    quit_after: frozenset[Stage]
    after_421: After421


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The shape of a message as it leaves: header fields in order, with blanks; what is not listed is missing."""

    headers: tuple[str, ...] = field(metadata={"blanks": HEADER_BLANKS})
    subject: SubjectEncoding
    text: TextEncoding
    new_line: NewLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of the message, and the sentence that tells it to the person who waits for it."""

    conduct: Conduct
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What the sender does next, by what went wrong; None is for what this sender never comes to."""

    unreachable: Outcome
    unsecured: Outcome
    sign_in_refused: Outcome
    refused_for_now: Outcome
    refused_for_good: Outcome
    cut_off: Outcome
    some_refused: Outcome | None = None
    too_large: Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One sender family. ``evidence`` has an entry for every field, under its dotted name (``tls.verifies``)."""

    name: str
    about: About
    hello: Hello
    commands: Commands
    tls: Tls
    sign_in: SignIn
    envelope: Envelope
    content: Content
    ending: Ending
    message: Message
    aftermath: Aftermath
    evidence: Mapping[str, Evidence] = field(repr=False, hash=False)
