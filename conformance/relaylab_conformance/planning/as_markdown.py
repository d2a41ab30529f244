"""A plan as a checklist to print, in CommonMark with the tables and boxes of GitHub.

Law: nothing that a world file holds can become markup: names are escaped, and lines to run stand in fences. That some
renderers make links of bare addresses is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from relaylab_conformance.planning import words
from relaylab_conformance.planning.model import Kind, Possible
from relaylab_conformance.report.page import day

if TYPE_CHECKING:
    from relaylab_conformance.planning.model import Plan, SenderPlan, Step

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>#|~&$]|(?<=[a-z]):(?=//))")
_ITEM: Final = re.compile(r"^(?:(\d+)([.)])(?=\s|$)|([+-])(?=\s|$|[+-]))")  # what begins an item of a list, or a rule
_LANGUAGES: Final = {Kind.CMDLET: "powershell", Kind.DNS: "dns", Kind.PORTAL: "text", Kind.SENDER: "text"}
_POSSIBLE: Final = {
    Possible.NOW: "possible",
    Possible.AFTER_STEPS: "possible",
    Possible.NOT_KNOWN: "not known",
    Possible.NO: "not possible",
}
_BEFORE: Final = "Do before"
_STILL: Final = "Stands still"
_HEADINGS: Final = ("#", "Sender", "Today", "Stops", "With", "Move to", "Effort", _BEFORE, _STILL)


def as_markdown(plan: Plan) -> str:
    """Write a plan."""
    return "\n".join(_lines(plan)) + "\n"


def plain(text: str) -> str:
    """Write a text so that it is nothing but text, on one line."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return _ITEM.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", _MARKUP.sub(r"\\\1", line))


def _lines(plan: Plan) -> Iterator[str]:
    yield f"# Plan of {plain(plan.estate)}"
    yield ""
    yield f"Made {day(plan.at)}, judged at {', '.join(map(day, plan.judged))}. {plain(plan.statement)}"
    yield ""
    yield from (f"- {plain(said)}" for said in words.headline(plan))
    yield ""
    yield from _first("Promised before", tuple(map(words.sentence, words.promises(plan))))
    yield from _first("Answer these first", words.questions(plan))
    absent = ([] if words.has_days(plan) else [_BEFORE]) + ([] if words.has_still(plan) else [_STILL])
    headings = [one for one in _HEADINGS if one not in absent]
    yield f"| {' | '.join(headings)} |"
    yield "|" + " --- |" * len(headings)
    staying = [one for one in plan.senders if not one.needs_work]
    for one in (*plan.work, *staying):
        yield f"| {' | '.join(_cells(plan, one))} |"
    if plan.work:
        yield "\n## In this order"
    for one in plan.work:
        yield from _sender(one)
    if any(one.cautions for one in staying):
        yield "\n## What stays\n"
        yield from (f"- [ ] {plain(one.name)}: {plain(said)}" for one in staying for said in one.cautions)
    if words.made(plan):
        yield "\n## Mistakes found\n"
    for mistake in words.made(plan):
        yield f"- [ ] {mistake.number}\\. {plain(mistake.name)}: {plain(', '.join(mistake.senders))}"
        yield f"  - Symptom: {plain(mistake.symptom)}"
        yield f"  - Cause: {plain(mistake.cause)}"
        yield f"  - Fix: {plain(mistake.fix)} ({plain(words.cited(mistake.source))})"
        yield from (f"  - Seen: {plain(seen)}" for seen in mistake.seen)
    if plan.guide_errors:
        yield "\n## What a guide got wrong\n"
    for error in plan.guide_errors:
        yield f"- [ ] Line {error.line}: {plain(error.found)}"
        yield f"  - Symptom: {plain(error.symptom)}"
        yield f"  - Cause: {plain(error.wrong)}"
        yield f"  - Fix: {plain(error.instead)} ({plain(words.cited(error.source))})"


def _first(heading: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield f"## {heading}\n"
        yield from (f"- [ ] {plain(line)}" for line in lines)
        yield ""


def _cells(plan: Plan, one: SenderPlan) -> tuple[str, ...]:
    cells = (
        str(one.order or ""),
        one.name,
        words.named(one.today),
        words.stop(one),
        words.last_line(one),
        words.moves_to(one),
        one.effort,
        *([words.before(plan, one)] if words.has_days(plan) else []),
        *([words.still(one)] if words.has_still(plan) else []),
    )
    return tuple(map(plain, cells))


def _sender(one: SenderPlan) -> Iterator[str]:
    goes = f"{words.named(one.today)}{' to ' if one.recommended else ', '}{words.moves_to(one)}"
    yield f"\n### {one.order}\\. {plain(one.name)}: {plain(goes)}\n"
    yield f"Why: {plain(one.why)}."
    if words.differs(one):
        found = next((each for each in one.candidates if each.method is one.written), None)
        reasons = (found.cautions if found.is_possible else found.reasons) if found else ()
        yield f"{plain(words.sentence(words.differs(one)))}{': ' if reasons else ''}{plain('; '.join(reasons))}."
    yield f"Today: {plain('; '.join(one.evidence))}.\n"
    for step in one.steps:
        yield from _step(step)
    yield from (f"- Mind: {plain(said)}" for said in one.cautions)
    if words.cost(one):
        yield f"- High Volume Email would cost: {plain(words.cost(one))}"
    for each in one.candidates:
        word = "recommended" if each.method is one.recommended else _POSSIBLE[each.possible]
        yield f"- {plain(words.sentence(words.named(each.method)))}, {word}: {plain('; '.join(each.reasons))}"


def _step(step: Step) -> Iterator[str]:
    yield f"- [ ] {plain(step.what)} ({plain(words.cited(step.source))})\n"
    code = [" ".join("".join(each if each.isprintable() else " " for each in line).split()) for line in step.lines]
    longest = max((len(run) for line in code for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"  {fence}{_LANGUAGES[step.kind]}"
    yield from (f"  {line}" for line in code)
    yield f"  {fence}\n"
