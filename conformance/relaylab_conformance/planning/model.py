"""A plan as frozen values: what the table, the checklist, the page and the JSON are written from.

Law: the same estate, instant and choices give the same values. No path, no secret: what a step sets for a password or
a secret is a placeholder in capitals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from relaylab.domain.estate import Method
from relaylab.domain.source import Source
from relaylab_conformance.report.model import Mistake

SCHEMA: Final = "relaylab.plan/1"
STATEMENT: Final = (
    "This plan was made with relaylab, an emulator made from public documents and public transcripts. It is not a "
    "Microsoft programme, and Microsoft has no part in it. Its cmdlets have parameters as Microsoft's reference "
    "describes them, and were not run against a tenant: read each before you run it."
)


class Possible(StrEnum):
    """Whether a sender can use a method."""

    NOW = "now"
    AFTER_STEPS = "after steps"
    NOT_KNOWN = "not known"  # what stands against it is a question that nobody has answered
    NO = "no"


class Kind(StrEnum):
    """Where a step is done."""

    CMDLET = "cmdlet"  # Exchange Online PowerShell
    DNS = "dns"  # the zone of a domain
    PORTAL = "portal"  # Entra or Azure
    SENDER = "sender"  # the settings of the device or program


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do: what it is for, the lines to run, publish or set, and where these are written."""

    kind: Kind
    what: str
    lines: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """What no export said, as the world file asks it on a ``line``: of a key of a table, which may have a name.

    ``comes_first`` is true of the one whose answer decides whether a sender is the tenant's at all.
    """

    line: int
    table: str
    name: str
    key: str
    ask: str
    comes_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A ``line`` of the world file that a plan before this one wrote as if it were carried out, and its key."""

    line: int
    table: str
    name: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A method that was thought of for a sender, with the reasons why it is possible or not.

    ``steps`` come before it, ``cautions`` are what its owner should know. ``is_refused_now`` is the line that the
    service gives in the world as it stands (empty: none, or it was not tried).
    """

    method: Method
    possible: Possible
    reasons: tuple[str, ...]
    steps: tuple[Step, ...]
    cautions: tuple[str, ...]
    is_refused_now: str

    @property
    def is_possible(self) -> bool:
        """True when a message arrives by it, now or after its steps."""
        return self.possible in {Possible.NOW, Possible.AFTER_STEPS}


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderPlan:
    """What is planned for a sender.

    ``stops_at`` is when today's method is refused for good (None: it does not stop, or never worked), ``line`` the line
    it gets then. ``recommended`` None: no method of Microsoft's fits, and ``why`` names what is left. ``written``
    is the target that the world file had, ``effort`` in the words of the migration matrix, ``do_before`` the last
    day that leaves 60 days, or that a step of it can be done on. ``order`` numbers the work from 1 (None: nothing
    to do). ``stands_still_days`` are the days between the stop and the day that the owner plans for, or the day of
    the plan where that is later. ``hve_dollars_a_month`` is what High Volume Email would cost, in US dollars for 30
    days, with recipients counted after groups were expanded; None where it is no candidate. ``open_questions`` are
    those about it and its site; where one ``comes_first``, nothing is planned for it until that is answered.
    """

    name: str
    profile: str
    site: str | None
    sends_from: str
    messages_per_day: int
    today: Method
    evidence: tuple[str, ...]
    works_today: bool
    stops_at: datetime | None
    line: str
    written: Method
    recommended: Method | None
    why: str
    effort: str
    steps: tuple[Step, ...]
    cautions: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    order: int | None
    do_before: date | None
    planned_for: date | None
    stands_still_days: int | None
    hve_recipients_a_day: int | None
    hve_dollars_a_month: float | None
    open_questions: tuple[OpenQuestion, ...]

    @property
    def ask_first(self) -> str:
        """What has to be asked before anything is planned for it; empty where nothing has to."""
        return next((one.ask for one in self.open_questions if one.comes_first), "")

    @property
    def waits_for_answers(self) -> bool:
        """True when nothing can be recommended, and answers to open questions could change that."""
        is_open = any(one.possible is Possible.NOT_KNOWN for one in self.candidates)
        return self.recommended is None and (bool(self.ask_first) or is_open)

    @property
    def needs_work(self) -> bool:
        """True when something has to be done."""
        return self.order is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideError:
    """Something that a guide got wrong and that stands in the world file: ``line`` counts from 1.

    ``symptom`` is what comes of it, ``wrong`` the cause, ``instead`` the fix.
    """

    line: int
    found: str
    symptom: str
    wrong: str
    instead: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan of an estate, as made ``at`` an instant and ``judged`` at some; ``cutover`` None: it has no date.

    ``assumed`` are sentences about what it rests on and nobody exported, each with what to ask. ``promised`` is what it
    takes for done since a plan before it wrote that into the world file.
    """

    schema: str
    suite_version: str
    statement: str
    estate: str
    estate_digest: str
    rulebook_digest: str
    at: datetime
    judged: tuple[datetime, ...]
    cutover: datetime | None
    readings: Mapping[str, str]
    promised: tuple[Promise, ...]
    open_questions: tuple[OpenQuestion, ...]
    senders: tuple[SenderPlan, ...]
    mistakes: tuple[Mistake, ...]
    guide_errors: tuple[GuideError, ...]
    assumed: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def work(self) -> tuple[SenderPlan, ...]:
        """The senders that something has to be done for, in the order of the work."""
        return tuple(sorted((one for one in self.senders if one.order is not None), key=lambda one: one.order or 0))
