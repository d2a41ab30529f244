"""The certificate of a test run as frozen values: what the JSON, the page and the XML are written from.

Law: nothing here comes from the machine or the moment of a run, nor from the chance of a client, which draws
Message-IDs and boundaries: no wall clock, duration, port, path, Message-ID or size. Tests that do the same under the
same seed give the same values, in whatever order and by however many workers they were run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from relaylab.domain.decision import EffectKind, ReplyFacts
from relaylab.domain.message import Placement
from relaylab.domain.source import Source

SCHEMA: Final = "relaylab.test-run/1"
STATEMENT: Final = (
    "This certificate says how programs under test fared against relaylab, an emulator made from public documents and "
    "public transcripts. It is not a Microsoft programme, and Microsoft has no part in it: the real service may answer "
    "otherwise, and may change on any day."
)


class TestOutcome(StrEnum):
    """What pytest said of a test, and of a run as a whole.

    A run FAILED when a test failed or erred, and is an ERROR when it was broken off. NOT_EXERCISED is a test that
    passed and in which nobody was answered, and a run in which no test passed.
    """

    __test__ = False

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"  # outside the test itself: in a fixture, in what a strict lab checks at its end, in its process
    SKIPPED = "skipped"
    EXPECTED_FAILURE = "xfailed"
    NOT_EXERCISED = "not-exercised"

    @property
    def is_bad(self) -> bool:
        """True for a failure and an error."""
        return self in {TestOutcome.FAILED, TestOutcome.ERROR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One verdict, as far as it does not depend on the chance of a client.

    ``reply`` of an admission has no text, since the service repeats the client's Message-ID there. ``expected`` says of
    a refusal that the test was waiting for it.
    """

    session: str
    command: str
    effect: EffectKind
    reply: ReplyFacts | None
    rule: str | None
    stage: str
    at: datetime
    reading: Mapping[str, str]
    because: tuple[str, ...]
    source: Source
    fix: str
    expected: bool

    @property
    def refuses(self) -> bool:
        """True for everything but an admission."""
        return self.effect is not EffectKind.ADMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A kept message, as far as it does not depend on the chance of a client.

    ``seen`` is what each judge of its sender found at the tenant MX and behind it, in sentences.
    """

    id: str
    endpoint: str
    tenant: str | None
    site: str | None
    accepted_at: datetime
    delivered_at: datetime
    mail_from: str | None
    recipients: tuple[str, ...]
    subject: str | None
    placed: Mapping[str, Placement]
    seen: tuple[str, ...]
    report_of: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabUse:
    """What a test did with one lab.

    ``at`` are the instants the clock was set to, the first one first, and then those at which somebody was answered
    besides. ``readings`` and ``milestones`` are all that were in force at the end; ``chosen`` and ``moved`` name those
    that are not as relaylab has them by default. ``faults`` are those that stood at the end, as the control plane
    writes them, also where they were used up.
    """

    world: str
    rulebook_digest: str
    seed: int
    at: tuple[datetime, ...]
    chosen: Mapping[str, str]
    moved: Mapping[str, datetime | None]
    tarpit: bool
    strict: bool
    faults: tuple[Mapping[str, object], ...]
    verdicts: tuple[Answer, ...]
    messages: tuple[Mail, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRecord:
    """A test that asked for a lab; ``labs`` is empty where it got none."""

    __test__ = False

    name: str
    outcome: TestOutcome
    labs: tuple[LabUse, ...]

    @property
    def refusals(self) -> tuple[Answer, ...]:
        """What was refused in it."""
        return tuple(answer for lab in self.labs for answer in lab.verdicts if answer.refuses)

    @property
    def at(self) -> tuple[datetime, ...]:
        """The instants its labs stood at."""
        return tuple(sorted({instant for lab in self.labs for instant in lab.at}))

    @property
    def kept(self) -> int:
        """How many messages were kept, reports left out."""
        return sum(message.report_of is None for lab in self.labs for message in lab.messages)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSeen:
    """A rule that decided in this run, with the tests in which it did."""

    id: str
    sentence: str
    source: Source
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """The certificate; ``tests`` and ``rules`` are in the order of their names."""

    __test__ = False

    schema: str
    suite_version: str
    statement: str
    rulebook_digests: tuple[str, ...]
    seeds: tuple[int, ...]
    at: tuple[datetime, ...]
    outcome: TestOutcome
    tests: tuple[TestRecord, ...]
    rules: tuple[RuleSeen, ...]
