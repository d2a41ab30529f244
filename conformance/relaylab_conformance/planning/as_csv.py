"""A plan as CSV for a spreadsheet: one row a sender, in the order of the work, behind one for what was promised.

Law: no cell is a formula. What begins like one gets an apostrophe in front, which a spreadsheet takes for "this is
text". A cell is one line. The mark of UTF-8 comes first, without which Excel takes the letters for Windows-1252.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from relaylab_conformance.planning import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaylab_conformance.planning.model import Plan, SenderPlan

_MARK: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - read so in Japan
HEADINGS: Final = (
    "order",
    "sender",
    "site",
    "sends from",
    "messages a day",
    "today",
    "stops",
    "with",
    "move to",
    "why",
    "answer first",
    "mind",
    "effort",
    "do before",
    "planned for",
    "days it stands still",
    "steps",
    "what to do",
    "lines to run, publish or set",
    "written at",
)


def as_csv(plan: Plan) -> str:
    """Write a plan; the same plan gives the same text."""
    text = io.StringIO()
    rows = csv.writer(text, quoting=csv.QUOTE_ALL)
    rows.writerow(HEADINGS)
    if plan.promised:
        rows.writerow(map(harmless, _promised(plan)))
    staying = [one for one in plan.senders if not one.needs_work]
    rows.writerows(map(harmless, _row(plan, one)) for one in (*plan.work, *staying))
    return _MARK + text.getvalue()


def harmless(cell: str) -> str:
    """Write a cell that no spreadsheet calculates: on one line, with an apostrophe before what would be a formula."""
    line = " ".join("".join(each if each.isprintable() else " " for each in cell).split())
    return f"'{line}" if line.startswith(_FORMULA) or cell.startswith(_FORMULA) else line


def _promised(plan: Plan) -> tuple[str, ...]:
    """Write the row of no sender, which has what a plan before this one promised."""
    said = {"answer first": words.headline(plan)[0], "what to do": _numbered(words.promises(plan))}
    return tuple(said.get(heading, "") for heading in HEADINGS)


def _row(plan: Plan, sender: SenderPlan) -> tuple[str, ...]:
    days = sender.stands_still_days
    return (
        str(sender.order or ""),
        sender.name,
        sender.site or "",
        sender.sends_from,
        str(sender.messages_per_day),
        str(sender.today),
        words.stop(sender),
        words.last_line(sender),
        words.move(sender),
        sender.why,
        "; ".join(f"{one.key}: {one.ask}" for one in sender.open_questions),
        "; ".join(sender.cautions),
        sender.effort,
        words.before(plan, sender),
        sender.planned_for.isoformat() if sender.planned_for else "",
        "" if days is None else str(days),
        str(len(sender.steps)),
        _numbered(step.what for step in sender.steps),
        _numbered("; ".join(step.lines) for step in sender.steps),
        _numbered(str(step.source) for step in sender.steps),
    )


def _numbered(steps: Iterable[str]) -> str:
    """Write what is said of each step, with the numbers by which the columns belong together."""
    return " ".join(f"({number}) {said}" for number, said in enumerate(steps, 1))
