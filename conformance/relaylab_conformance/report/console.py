"""The certificate on a terminal: a line for each sender, the answers behind the failures, the mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill
from typing import Final

from relaylab_conformance.finding import Status
from relaylab_conformance.report.model import Report, SenderReport
from relaylab_conformance.report.page import day, fates, plans
from relaylab_conformance.tables import Column, table

_INDENT: Final = "    "
_LONGEST: Final = 150  # characters of a reply line


def as_text(report: Report, width: int) -> str:
    """Write the summary."""
    *before, last = map(day, report.at)
    dates = f"{', '.join(before)} and {last}" if before else last
    phase = f", phase {report.phase}" if report.phase else ""
    parts = [
        _filled(f"{report.estate}: {len(report.senders)} senders, judged at {dates}{phase}", width),
        _matrix(report, width),
        "\n".join(
            _filled(", ".join(f"{one.number} {one.words}" for one in counts), width)
            for counts in (fates(report), plans(report))
        ),
        "\n".join(_answers(report, width)),
        "\n".join(_untried(report, width)),
        "\n".join(_mistakes(report, width)),
        "\n".join(_pitfalls(report, width)),
        "\n".join(_filled(f"note: {note}", width) for note in report.notes),
    ]
    return "\n\n".join(filter(None, parts))


def _matrix(report: Report, width: int) -> str:
    columns = [Column("sender"), Column("if nothing is done", wraps=True), Column("plan", wraps=True)]
    columns += [Column(day(at)) for at in report.at]
    rows = [
        [sender.name, sender.verdict, sender.plan, *(_cells(sender, place) for place in range(len(report.at)))]
        for sender in report.senders
    ]
    legend = _filled("Under each date: today's method, then the plan's.", width)
    return f"{table(columns, rows, width)}\n{legend}"


def _cells(sender: SenderReport, place: int) -> str:
    at = sorted({cell.at for cell in sender.cells})[place]
    return ", ".join(sender.cell(method, at).status for method in sender.methods)


def _answers(report: Report, width: int) -> Iterator[str]:
    """Give each answer that decided a failure, with who gets it and what to do; lines of one rule and fix together."""
    answers: dict[tuple[str | None, str, str], tuple[dict[str, None], dict[str, None]]] = {}
    for sender, cell in report.cells:
        for outcome in cell.outcomes:
            if outcome.status in {Status.FAIL, Status.NON_STRICT}:
                alone = "" if outcome.rule else outcome.line
                lines, senders = answers.setdefault((outcome.rule, outcome.fix, alone), ({}, {}))
                lines[_cut(outcome.line or outcome.because[0])] = None
                senders[sender.name] = None
    for (rule, fix, _), (lines, senders) in answers.items():
        yield _filled(next(iter(lines)), width)
        yield from (_filled(f"or {line}", width, "  ") for line in list(lines)[1:])
        if rule:
            yield f"    [{rule}]"
        yield _indented(", ".join(senders), width)
        if fix:
            yield _indented(f"fix: {fix}", width)


def _mistakes(report: Report, width: int) -> Iterator[str]:
    for mistake in report.mistakes:
        yield _filled(f"mistake {mistake.number}, {mistake.name}: {mistake.status}", width)
        for sentence in mistake.seen:
            yield _indented(sentence, width)
        if mistake.status is Status.NOT_EXERCISED:
            yield _indented(f"look at {', '.join(mistake.senders)}", width)
        if mistake.status is Status.FAIL:
            yield _indented(f"fix: {mistake.fix}", width)


def _untried(report: Report, width: int) -> Iterator[str]:
    """Give why a method of a sender was not tried, once for all dates."""
    reasons = {
        (sender.name, cell.method, cell.reason): None
        for sender, cell in report.cells
        if cell.status is Status.NOT_EXERCISED
    }
    for name, method, reason in reasons:
        yield _filled(f"not tried, {name} by {method}: {reason}", width)


def _pitfalls(report: Report, width: int) -> Iterator[str]:
    """Give what does not fit its method, sender by sender."""
    for sender in report.senders:
        for sentence in sender.pitfalls:
            yield _filled(f"pitfall of {sender.name}: {sentence}", width)


def _indented(text: str, width: int) -> str:
    return _filled(text, width, _INDENT)


def _filled(text: str, width: int, indent: str = "") -> str:
    """Wrap a text at spaces only, so that a cmdlet or a name can be copied."""
    return fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=_INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
