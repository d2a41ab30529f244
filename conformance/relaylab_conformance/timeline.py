"""``relaylab timeline``: each sender's methods judged in every date window, as a table and as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import iso
from relaylab.store import decision_json
from relaylab_conformance.migration.approach import NoRelay, NotTried, Unmade, approach
from relaylab_conformance.migration.course import Span, course
from relaylab_conformance.migration.trial import methods
from relaylab_conformance.tables import Column, table

if TYPE_CHECKING:
    from relaylab.app.config import LoadedWorld
    from relaylab.domain.estate import Method, Sender
    from relaylab.engine.rulebook import Rulebook

_ARRIVES: Final = "arrives"
_LOST: Final = "is taken, and does not arrive"
_LONGEST: Final = 120  # characters of a reply line in the table


@dataclass(frozen=True, slots=True)
class Course:
    """A sender's method through time; ``reason`` says why there are no spans where there are none."""

    sender: Sender
    method: Method
    spans: tuple[Span, ...]
    reason: str

    @property
    def stops(self) -> bool:
        """True for a way to send that is in use today, and is refused in the end."""
        return self.method is self.sender.today and bool(self.spans) and not self.spans[-1].arrives


@dataclass(frozen=True, slots=True)
class Timeline:
    """The courses of an estate."""

    estate: LoadedWorld
    rulebook: Rulebook
    courses: tuple[Course, ...]

    @property
    def has_problems(self) -> bool:
        """True when some sender stops or never worked, or counts on a mail contact."""
        return any(each.stops or _is_no_relay(self, each) for each in self.courses)


def timeline(estate: LoadedWorld, rulebook: Rulebook) -> Timeline:
    """Judge every sender of an estate in every date window."""
    world = estate.world
    courses = []
    for sender in world.senders:
        for method in methods(sender):
            way = approach(world, sender, method)
            reason = way.reason if isinstance(way, NotTried | NoRelay) else ""
            courses.append(Course(sender, method, course(world, rulebook, sender, method), reason))
    return Timeline(estate, rulebook, tuple(courses))


def as_text(found: Timeline, width: int) -> str:
    """Write the table: a row for each change."""
    columns = (Column("sender"), Column("method"), Column("from"), Column("answer", wraps=True), Column("rule"))
    rows = []
    for each in found.courses:
        named = (each.sender.name, f"{'today' if each.method is each.sender.today else 'plan'}: {each.method}")
        if not each.spans:
            rows.append((*named, "", f"not judged: {each.reason}", ""))
        for place, span in enumerate(each.spans):
            who = named if place == 0 else ("", "")
            rows.append((*who, iso(span.since).removesuffix("T00:00:00Z"), _answer(span), span.decision.rule or ""))
    refusal = found.rulebook.readings["basic_auth_refusal"]
    note = f"Where Basic is off by default, the line is that of basic_auth_refusal={refusal}; none is published."
    return f"{table(columns, rows, width)}\n\n{fill(note, width)}"


def as_json(found: Timeline) -> str:
    """Write the timeline as JSON."""
    document = {
        "estate": found.estate.name,
        "estate_digest": found.estate.digest,
        "rulebook_digest": found.rulebook.digest(),
        "courses": [
            {
                "sender": each.sender.name,
                "method": each.method.value,
                "role": "today" if each.method is each.sender.today else "target",
                "reason": each.reason,
                "spans": [
                    {
                        "since": iso(span.since),
                        "until": iso(span.until) if span.until else None,
                        "arrives": span.arrives,
                        "verdict": decision_json(span.decision),
                    }
                    for span in each.spans
                ],
            }
            for each in found.courses
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _answer(span: Span) -> str:
    if span.arrives:
        return _ARRIVES
    reply, because = span.decision.reply, span.decision.because
    line = reply.line if reply is not None else because[0] if because else _LOST
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def _is_no_relay(found: Timeline, each: Course) -> bool:
    way = approach(found.estate.world, each.sender, each.method)
    return isinstance(way, NoRelay) or (isinstance(way, Unmade) and each.spans[-1].decision.rule is not None)
