"""The same ask at every date: what changes when. A gift of purity, in a dozen lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaylab.domain.asks import Ask
    from relaylab.engine.rulebook import Rulebook
    from relaylab.engine.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Epoch:
    """A span in which the answer stays the same: from ``since`` (inclusive) to ``until`` (exclusive, None: open)."""

    since: datetime
    until: datetime | None
    verdict: Verdict


def timeline(
    rulebook: Rulebook, ask: Ask, since: datetime, *, at: Callable[[Ask, datetime], Ask] | None = None
) -> tuple[Epoch, ...]:
    """Judge ``ask`` at ``since`` and at every later date of the calendar; neighbours with one answer are joined.

    ``at`` remakes the ask for another instant, where more of it than the instant changes with time: a quota, say, which
    changes at dates that no rule begins or ends at.
    """
    remake = at or (lambda asked, instant: replace(asked, now=instant))
    dates = {date for date in rulebook.calendar.dates.values() if date is not None and date > since}
    instants = [since, *sorted(dates)]
    verdicts = [(instant, rulebook.judge(remake(ask, instant))) for instant in instants]
    changes = [
        (instant, verdict)
        for place, (instant, verdict) in enumerate(verdicts)
        if place == 0 or _answer(verdict) != _answer(verdicts[place - 1][1])
    ]
    ends = [*(instant for instant, _ in changes[1:]), None]
    return tuple(Epoch(instant, end, verdict) for (instant, verdict), end in zip(changes, ends, strict=True))


def _answer(verdict: Verdict) -> tuple[str | None, object, object]:
    return (verdict.rule.id if verdict.rule else None, verdict.effect.kind, verdict.reply)
