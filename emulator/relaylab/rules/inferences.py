"""What rests on our inference: every rule, text, reading and date for which no document and no transcript speaks.

A page and rows like those of ``pages``, so that nobody has to look for the doubtful ones among the certain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, TypedDict

from relaylab.domain.source import Confidence
from relaylab.rules.pages import page, shortened
from relaylab.rules.replies import REPLIES

if TYPE_CHECKING:
    from relaylab.domain.source import Source
    from relaylab.engine.rulebook import Rulebook


class InferenceRow(TypedDict):
    """One thing that is inferred: ``kind`` is rule, text, reading or date; ``basis`` says from what."""

    kind: str
    name: str
    says: str
    basis: str
    fact: str


_HEADINGS: Final = {
    "rule": ("Conditions", "When these rules decide is our conclusion; `relaylab explain RULE` tells all of one."),
    "text": ("Texts", "Nobody has published these words for this case; the codes and the wording are our choice."),
    "reading": ("Readings", "Questions without a public answer. `--reading NAME=VALUE` chooses another one."),
    "date": ("Dates", "The day is our choice within what the source says; `--milestone NAME=DATE` moves it."),
}


def inferences_rows(rulebook: Rulebook) -> list[InferenceRow]:
    """Give everything that is inferred, rules first; of a rule's variants each distinct source once."""
    return list(_rows(rulebook))


def inferences_markdown(rulebook: Rulebook) -> str:
    """Give the page of everything that is inferred."""
    introduction = (
        "Every answer of relaylab says how sure it is: *documented* by Microsoft, *observed* in a public transcript, "
        "*secondary* (somebody's account of Microsoft material) or *inferred*, which is to say concluded by us. This "
        "page counts them, and lists what is inferred, and the dates on which a day had to be chosen."
    )
    return page("What rests on inference", "inferences", introduction, _lines(rulebook))


def _rows(rulebook: Rulebook) -> Iterator[InferenceRow]:
    catalogue = rulebook.catalogue
    seen = {(rule.id, rule.source): rule for rule in catalogue.rules if _is_inferred(rule.source)}
    for rule in seen.values():
        yield _row("rule", rule.id, rule.sentence, rule.source)
    for reply in REPLIES:
        if _is_inferred(reply.source):
            yield _row("text", reply.name, shortened(str(reply)).replace("\n", " / "), reply.source)
    for reading in catalogue.readings:
        if _is_inferred(reading.source):
            yield _row("reading", reading.name, reading.question, reading.source)
    for milestone in catalogue.milestones:
        if milestone.decision:
            yield InferenceRow(
                kind="date",
                name=milestone.name,
                says=milestone.what,
                basis=milestone.decision,
                fact=milestone.source.fact,
            )


def _row(kind: str, name: str, says: str, source: Source) -> InferenceRow:
    return InferenceRow(kind=kind, name=name, says=says, basis=source.title, fact=source.fact)


def _is_inferred(source: Source) -> bool:
    return source.confidence is Confidence.INFERRED


def _lines(rulebook: Rulebook) -> Iterator[str]:
    yield from ("", "## How much rests on what", "", *_counts(rulebook))
    rows = inferences_rows(rulebook)
    for kind, (heading, introduction) in _HEADINGS.items():
        yield from ("", f"## {heading}", "", introduction, "")
        for row in rows:
            if row["kind"] == kind:
                says = f"`{row['says']}`" if kind == "text" else row["says"]
                yield f"- `{row['name']}`: {says} ({row['basis']}; {row['fact']})"


def _counts(rulebook: Rulebook) -> Iterator[str]:
    catalogue = rulebook.catalogue
    sources = {
        "rules, by their condition": [rule.source for rule in catalogue.rules],
        "texts, by their wording": [reply.source for reply in REPLIES],
        "dates": [milestone.source for milestone in catalogue.milestones],
        "readings": [reading.source for reading in catalogue.readings],
    }
    yield "| | " + " | ".join(Confidence) + " |"
    yield "|---" * (len(Confidence) + 1) + "|"
    for what, cites in sources.items():
        counted = Counter(source.confidence for source in cites)
        yield f"| {what} | " + " | ".join(str(counted[confidence]) for confidence in Confidence) + " |"
