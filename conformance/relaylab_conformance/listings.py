"""The catalogue that judges, listed: rules, readings and milestones, as a table, JSON or a page in Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import iso
from relaylab.rules import inferences, pages
from relaylab_conformance.tables import Column, table

if TYPE_CHECKING:
    from relaylab.engine.rulebook import Rulebook

_LONGEST: Final = 160  # characters of a reply in a table; --json has all of it


@dataclass(frozen=True, slots=True)
class Listing:
    """One list in its three forms; ``json`` and ``text`` may be asked for an instant."""

    json: Callable[[Rulebook, datetime | None], str]
    text: Callable[[Rulebook, datetime | None, int], str]
    markdown: Callable[[Rulebook], str]


def _rules_text(rulebook: Rulebook, at: datetime | None, fit: int) -> str:
    rows = [
        (
            row["id"],
            "\n".join([_reply(row["reply"]), *(f"with {name}={value}" for name, value in row["under"].items())]),
            _day(row["from"], row["from_milestone"], "always"),
            _day(row["until"], row["until_milestone"], ""),
            row["source"]["confidence"],
        )
        for row in pages.rules_rows(rulebook, at)
    ]
    columns = (Column("rule"), Column("answer", wraps=True), Column("from"), Column("until"))
    return table((*columns, Column("source")), rows, fit)


def _readings_text(rulebook: Rulebook, at: datetime | None, fit: int) -> str:
    rows = []
    for row in _readings_rows(rulebook, at):
        value, default = row["value"], row["default"]
        meanings = {one["name"]: one["meaning"] for one in row["values"]}
        others = [f"or {name}: {meaning}" for name, meaning in meanings.items() if name != value]
        chosen = value if value == default else f"{value}\n(default {default})"
        said = "\n".join([row["question"], f"{meanings[value]}", *others])
        rows.append((row["name"], chosen, said, row["source"]["confidence"]))
    columns = (Column("reading"), Column("value", wraps=True), Column("question and answers", wraps=True))
    return table((*columns, Column("source")), rows, fit)


def _milestones_text(rulebook: Rulebook, at: datetime | None, fit: int) -> str:
    come = {True: "has come", False: "to come", None: ""}
    rows = [
        (
            row["name"],
            _day(row["date"], None, "no date") + (" (moved)" if row["moved"] else ""),
            come[row["has_come"]],
            " ".join(filter(None, (row["what"], row["decision"]))),
            row["source"]["confidence"],
        )
        for row in pages.milestones_rows(rulebook, at)
    ]
    columns = [Column("milestone"), Column("date"), Column(""), Column("what", wraps=True), Column("source")]
    kept = [place for place in range(len(columns)) if place != 2 or at is not None]
    return table([columns[place] for place in kept], [[row[place] for place in kept] for row in rows], fit)


def _inferences_text(rulebook: Rulebook, fit: int) -> str:
    rows = [(row["kind"], row["name"], row["says"], row["basis"]) for row in inferences.inferences_rows(rulebook)]
    columns = (Column("kind"), Column("name"), Column("says", wraps=True), Column("basis", wraps=True))
    return table(columns, rows, fit)


def _readings_rows(rulebook: Rulebook, at: datetime | None) -> list[pages.ReadingRow]:
    """Give the readings; with an instant those that a rule in force then rests on."""
    rows = pages.readings_rows(rulebook)
    if at is None:
        return rows
    rules = (
        rule for rule in rulebook.catalogue.rules if rulebook.readings.allow(rule.under) and at in rulebook.window(rule)
    )
    used = {name for rule in rules for name in rulebook.readings_behind(rule)}
    return [row for row in rows if row["name"] in used]


def _document(name: str, rulebook: Rulebook, at: datetime | None, rows: Sequence[object]) -> str:
    document = {"rulebook_digest": rulebook.digest(), "at": iso(at) if at else None, name: rows}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _reply(reply: pages.ReplyRow | None) -> str:
    if reply is None:
        return "(nothing is said)"
    line = " ".join(filter(None, (str(reply["code"]), reply["enhanced"], reply["text"].split("\n", 1)[0])))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def _day(instant: str | None, milestone: str | None, otherwise: str) -> str:
    if instant is None:
        return "no date yet" if milestone else otherwise
    return instant.removesuffix("T00:00:00Z")


_RULES: Final = Listing(
    lambda rulebook, at: _document("rules", rulebook, at, pages.rules_rows(rulebook, at)),
    _rules_text,
    pages.rules_markdown,
)
_READINGS: Final = Listing(
    lambda rulebook, at: _document("readings", rulebook, at, _readings_rows(rulebook, at)),
    _readings_text,
    pages.readings_markdown,
)
_MILESTONES: Final = Listing(
    lambda rulebook, at: _document("milestones", rulebook, at, pages.milestones_rows(rulebook, at)),
    _milestones_text,
    pages.milestones_markdown,
)
_INFERENCES: Final = Listing(
    lambda rulebook, at: _document("inferences", rulebook, at, inferences.inferences_rows(rulebook)),
    lambda rulebook, _, fit: _inferences_text(rulebook, fit),
    inferences.inferences_markdown,
)
LISTINGS: Final[Mapping[str, Listing]] = {
    "rules": _RULES,
    "readings": _READINGS,
    "milestones": _MILESTONES,
    "inferences": _INFERENCES,
}
