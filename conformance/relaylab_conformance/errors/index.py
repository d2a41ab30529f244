"""Two ways to an error line: by its digits and by its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from relaylab_conformance.errors.page import comes, escaped, in_force

if TYPE_CHECKING:
    from relaylab.engine.rulebook import Rulebook
    from relaylab_conformance.errors.lines import ErrorLine

_ORIGIN: Final = "Written by `relaylab errors --pages docs/errors`; change the catalogue, not this page."


_INTRODUCTION: Final = """\
# Error lines

What Microsoft 365 says to a sender that it refuses or puts off, and what to do about it: a page for every line, with
its cause, its cure, the rule behind it and where that is written. By digits here, and [by their words](by-text.md).

Paste a line as your log has it, and relaylab finds by itself which one it is:

```sh
relaylab explain "(535, b'5.7.139 Authentication unsuccessful, basic authentication is disabled.')"
```

A line that is not here may be another service's, even with the same digits: Gmail, for one, answers 550 5.7.30 for a
broken DKIM signature. Compare the text.

| line | where | in force |
|---|---|---|
"""


def by_code(lines: Sequence[ErrorLine], rulebook: Rulebook) -> str:
    """Give the index by digits, which also tells the site's menu which pages there are."""
    rows = [f"| [{escaped(line.title)}]({line.name}.md) | {_where(line)} | {_when(line, rulebook)} |" for line in lines]
    menu = ["```{toctree}", ":hidden:", "", "by-text", *(line.name for line in lines), "```", ""]
    return _INTRODUCTION + "\n".join([*rows, "", _ORIGIN, "", *menu])


def by_text(lines: Sequence[ErrorLine]) -> str:
    """Give the index by words, without the digits."""
    words = sorted(((line.reply.text, line) for line in lines), key=lambda pair: pair[0].lower().lstrip("- "))
    return "\n".join(
        [
            "# Error lines by their words",
            "",
            "For logs that keep the text and lose the digits. [By digits](index.md).",
            "",
            *(f"- [{escaped(_cut(text))}]({line.name}.md) ({line.code:d} {line.enhanced})" for text, line in words),
            "",
            _ORIGIN,
            "",
        ]
    )


def _cut(text: str, longest: int = 100) -> str:
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]} ..."


def _where(line: ErrorLine) -> str:
    return "; ".join(line.places) or "grammar"


def _when(line: ErrorLine, rulebook: Rulebook) -> str:
    """Say when a line is in force by the rules that come into force at all under the readings chosen."""
    if not line.rules:
        return "always"
    come = [rule for rule in line.rules if comes(rule, rulebook)]
    if not come:
        return "under another reading only"
    spans = list(dict.fromkeys(in_force(rule, rulebook) for rule in come))
    return "always" if "always" in spans else "; or ".join(spans)
