"""Two ways to an error line: by its digits and by its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from relaylab_conformance.errors.page import WRITTEN_BY, comes, escaped

if TYPE_CHECKING:
    from relaylab.engine.rule import AnyRule
    from relaylab.engine.rulebook import Rulebook
    from relaylab_conformance.errors.lines import ErrorLine
    from relaylab_conformance.errors.rest import RestCode

_LONGEST: Final = 100  # characters of a line
_INTRODUCTION: Final = """\
# Error lines

What Microsoft 365 says to a sender that it refuses or puts off, and what to do about it: a page for every line, and for
every code of Azure Communication Services [over REST](#over-rest), with its cause, its cure, the rule behind it and
where that is written. By digits here, and [by their words](by-text.md).

Paste a line as your log has it, and relaylab finds by itself which one it is:

```sh
relaylab explain "(535, b'5.7.139 Authentication unsuccessful, basic authentication is disabled.')"
```

A line that is not here may be another service's, even with the same digits: Gmail, for one, answers 550 5.7.30 for a
broken DKIM signature. Compare the text.
"""


def by_code(lines: Sequence[ErrorLine], codes: Sequence[RestCode], rulebook: Rulebook) -> str:
    """Give the index by digits, which also tells the site's menu which pages there are."""
    for_now = [line for line in lines if line.code.is_temporary]
    for_good = [line for line in lines if line.code.is_permanent and not line.comes_as_report]
    reports = [line for line in lines if line.comes_as_report]
    listed = [
        *("## For now", "", "4xx: a sender with a queue tries again.", "", *_listed(for_now, rulebook), ""),
        *("## For good", "", "5xx: the same again brings the same answer.", "", *_listed(for_good, rulebook), ""),
        *("## In a report", "", "After a 250, in a non-delivery report.", "", *_listed(reports, rulebook), ""),
        *("## Over REST", "", "Codes of Azure Communication Services, in a body of JSON.", "", *_codes(codes), ""),
    ]
    menu = [*(line.name for line in lines), *(code.name for code in codes)]
    return _INTRODUCTION + "\n".join(
        [*("", *listed, WRITTEN_BY, ""), *("```{toctree}", ":hidden:", "", "by-text", *menu, "```", "")]
    )


def _listed(lines: Sequence[ErrorLine], rulebook: Rulebook) -> Iterator[str]:
    for line in lines:
        yield f"- [{escaped(line.title)}]({line.name}.md): {_where(line)}; {_when(line, rulebook)}"


def _codes(codes: Sequence[RestCode]) -> Iterator[str]:
    for code in codes:
        yield f"- [{code.code}]({code.name}.md): {code.shown}"


def by_text(lines: Sequence[ErrorLine], codes: Sequence[RestCode]) -> str:
    """Give the index by words, without the digits."""
    of_lines = [(line.reply.text, line.name, f"{line.code:d} {line.enhanced}") for line in lines]
    over_rest = {(error.text, code.name, code.title) for code in codes for error in code.errors}
    words = sorted((*of_lines, *sorted(over_rest)), key=lambda row: row[0].lower().lstrip("- "))
    return "\n".join(
        [
            "# Error lines by their words",
            "",
            "For logs that keep the text and lose the digits. [By digits](index.md).",
            "",
            *(f"- [{escaped(_cut(text, _LONGEST))}]({name}.md) ({digits})" for text, name, digits in words),
            "",
            WRITTEN_BY,
            "",
        ]
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]} ..."


def _where(line: ErrorLine) -> str:
    return " or ".join(line.places) or "wherever the grammar is broken"


def _when(line: ErrorLine, rulebook: Rulebook) -> str:
    """Say when a line is in force by the rules that come into force at all under the readings chosen."""
    if not line.rules:
        return "always"
    spans = list(dict.fromkeys(_span(rule, rulebook) for rule in line.rules if comes(rule, rulebook)))
    if not spans:
        return "under another reading only"
    return "always" if "always" in spans else " or ".join(spans)


def _span(rule: AnyRule, rulebook: Rulebook) -> str:
    dates = {word: rulebook.calendar.at(name) for word, name in (("from", rule.since), ("until", rule.until)) if name}
    return " ".join(f"{word} {at.date()}" for word, at in dates.items() if at) or "always"
