"""``relaylab timeline``: each sender's methods judged in every date window, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from textwrap import fill
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import iso
from relaylab.store import decision_json
from relaylab_conformance.migration.approach import NoRelay, NotTried, Unmade, approach
from relaylab_conformance.migration.course import Span, course
from relaylab_conformance.migration.trial import methods
from relaylab_conformance.migration.volume import TooMuch, changes, too_much
from relaylab_conformance.tables import Column, table

if TYPE_CHECKING:
    from relaylab.app.config import LoadedWorld
    from relaylab.domain.estate import Method, Sender
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook

_ARRIVES: Final = "arrives"
_LOST: Final = "is taken, and does not arrive"
_LONGEST: Final = 120  # characters of a reply line in the table


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which one answer stays the same, and what is carried of the sender's day; None: all of it."""

    span: Span
    volume: TooMuch | None


@dataclass(frozen=True, slots=True)
class Course:
    """A sender's method through time; ``reason`` says why there are no spans where there are none.

    ``stretches`` are the spans, cut where another share of the sender's day is carried.
    """

    sender: Sender
    method: Method
    spans: tuple[Span, ...]
    stretches: tuple[Stretch, ...]
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
            spans = course(world, rulebook, sender, method)
            stretches = tuple(_stretches(world, rulebook, sender, method, spans))
            courses.append(Course(sender, method, spans, stretches, reason))
    return Timeline(estate, rulebook, tuple(courses))


def as_text(found: Timeline, width: int) -> str:
    """Write the table: a row for each change."""
    columns = (Column("sender"), Column("method"), Column("from"), Column("answer", wraps=True), Column("rule"))
    rows = []
    for each in found.courses:
        named = (each.sender.name, f"{'today' if each.method is each.sender.today else 'plan'}: {each.method}")
        if not each.spans:
            rows.append((*named, "", f"not judged: {each.reason}", ""))
        for place, stretch in enumerate(each.stretches):
            who, span = named if place == 0 else ("", ""), stretch.span
            rows.append((*who, iso(span.since).removesuffix("T00:00:00Z"), _answer(stretch), span.decision.rule or ""))
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
                        "since": iso(one.span.since),
                        "until": iso(one.span.until) if one.span.until else None,
                        "arrives": one.span.arrives,
                        "volume": str(one.volume) if one.volume else None,
                        "verdict": decision_json(one.span.decision),
                    }
                    for one in each.stretches
                ],
            }
            for each in found.courses
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _stretches(
    world: World, rulebook: Rulebook, sender: Sender, method: Method, spans: tuple[Span, ...]
) -> Iterator[Stretch]:
    """Cut spans in which mail arrives where what is carried of a day changes."""
    dates = changes(rulebook.calendar)
    for span in spans:
        within = [one for one in dates if span.since < one and (span.until is None or one < span.until)]
        before: Stretch | None = None
        for since, until in zip([span.since, *within], [*within, span.until], strict=True):
            over = too_much(world, rulebook, sender, method, since) if span.arrives else None
            if before is not None and before.volume == over:
                before = replace(before, span=replace(before.span, until=until))
                continue
            if before is not None:
                yield before
            before = Stretch(replace(span, since=since, until=until), over)
        if before is not None:
            yield before


def _answer(stretch: Stretch) -> str:
    span = stretch.span
    if span.arrives:
        return f"{_ARRIVES}, but not all of a day: {stretch.volume}" if stretch.volume else _ARRIVES
    reply, because = span.decision.reply, span.decision.because
    line = reply.line if reply is not None else because[0] if because else _LOST
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def _is_no_relay(found: Timeline, each: Course) -> bool:
    way = approach(found.estate.world, each.sender, each.method)
    return isinstance(way, NoRelay) or (isinstance(way, Unmade) and each.spans[-1].decision.rule is not None)
