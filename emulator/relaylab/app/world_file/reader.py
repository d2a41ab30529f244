"""From a parsed document to a draft: each table is judged by itself, so that one mistake hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pydantic

from relaylab.app.world_file.draft import NAMING, Draft, Entry
from relaylab.app.world_file.errors import ROOT, Fault, Place, near_miss, shown
from relaylab.app.world_file.grammar import WORLD

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from relaylab.app.world_file.tables import Below, Table

# pydantic's kinds of error, said in our words; {} are taken from the error's context.
_SAID: Final = {
    "bool_type": ("is not true or false", "write true or false, without quotes"),
    "int_type": ("is not a whole number", "write it in digits, without quotes"),
    "list_type": ("is not a list", "write it in square brackets"),
    "dict_type": ("is not a table", "write one line a name, as name = value"),
    "greater_than_equal": ("is less than {ge}", "write {ge} or more"),
    "less_than_equal": ("is more than {le}", "write {le} or less"),
    "too_short": ("is empty", "write at least one entry"),
}
_Find: TypeAlias = Callable[[str, Iterable[str]], str | None]
_UNSAID: Final = ("cannot be used", "look at the example of a world file")


def read(document: Mapping[str, object]) -> tuple[Draft, Any]:
    """Read the whole document; the second value is the World, to be used only when the draft has no fault."""
    draft = Draft()
    world = _Reader(draft).read(WORLD, document, ROOT, ROOT, "")
    return draft, world


class _Reader:
    """Reads table after table into a draft; ``_around`` are the tables around the present one, with their headers."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._around: list[tuple[Table, str]] = []

    def read(self, table: Table, raw: Mapping[str, object], place: Place, scope: Place, header: str) -> object:
        """Read one table and those below it; give its noun, or None when a required key cannot be read."""
        own = {key: value for key, value in raw.items() if key not in table.tables}
        faults = len(self._draft.faults)
        values = self._own_keys(table, own, place, scope, header)
        is_fine = faults == len(self._draft.faults)
        self._around.append((table, header))
        below = {
            key: tuple(self._tables_below(under, raw[key], place, key, under.header(header, key)))
            for key, under in table.tables.items()
            if key in raw
        }
        self._around.pop()
        if values is None:
            return None
        for key, nouns in below.items():
            if table.tables[key].many:
                values[key] = nouns
            elif nouns:
                values[key] = nouns[0]
        noun = table.build(values)
        self._draft.add(table.noun, Entry(place, scope, noun, own, is_fine))
        return noun

    def _tables_below(self, below: Below, raw: object, place: Place, key: str, header: str) -> Iterator[object]:
        """Read the tables under ``key``; a ``[table]`` for a ``[[table]]`` is a fault, and is read all the same."""
        here = place / key
        found = [(here / index, one) for index, one in enumerate(raw)] if isinstance(raw, list) else [(here, raw)]
        if isinstance(raw, Mapping if below.many else list):
            self._fault(here, None, "is one table" if below.many else "is a list of tables", f"write {header}")
        for where, one in found:
            if not isinstance(one, Mapping):
                way_out = f"write {header} on a line of its own, and its keys below"
                self._fault(where, None if below.table.secrets else shown(one), "is not a table", way_out)
                self._draft.holes.add((place, below.table.noun))
            elif (noun := self.read(below.table, one, where, place, header)) is not None:
                yield noun

    def _own_keys(
        self, table: Table, own: Mapping[str, object], place: Place, scope: Place, header: str
    ) -> dict[str, object] | None:
        """Give the values that can be read, or None when a required one is not among them."""
        try:
            return _values(table, own)
        except pydantic.ValidationError as error:
            details = error.errors(include_url=False)
        for detail in details:
            self._judge(table, detail, place, header)
        wrong = {str(detail["loc"][0]) for detail in details}
        if wrong & NAMING or wrong - set(table.allowed):
            self._draft.holes.add((scope, table.noun))
        if any(_holds_tables(own[key]) for key in wrong - set(table.allowed)):  # and who knows of which kind
            self._draft.holes |= {(place, below.table.noun) for below in table.tables.values()}
        try:
            return _values(table, _without(own, [detail["loc"] for detail in details]))
        except pydantic.ValidationError:
            self._draft.holes.add((scope, table.noun))
            return None

    def _judge(self, table: Table, detail: ErrorDetails, place: Place, header: str) -> None:
        key = str(detail["loc"][0])
        where = Place((*place.steps, *detail["loc"]))
        context = detail.get("ctx", {})
        match detail["type"]:
            case "extra_forbidden":
                home = header or "a world file"
                self._fault(where, None, f"is not a key of {home}", self._way_out(table, key, header))
            case "missing":
                self._fault(where, None, "is missing", f"every {header} needs it")
            case "refused":
                value = None if key in table.secrets else shown(detail["input"])
                self._fault(where, value, context["expectation"], context["suggestion"])
            case kind:
                expectation, suggestion = (text.format_map(context) for text in _SAID.get(kind, _UNSAID))
                seen = None if kind == "too_short" else shown(detail["input"])
                self._fault(where, seen, expectation, suggestion)

    def _way_out(self, table: Table, key: str, header: str) -> str:
        """Say where an unknown key was meant to stand, or how to spell it."""
        exact = self._elsewhere(table, key, header, lambda word, choices: word if word in choices else None)
        if exact is not None:
            return exact
        if (meant := near_miss(key, table.allowed)) is not None:
            return f'did you mean "{meant}"?'
        return self._elsewhere(table, key, header, near_miss) or f"its keys are {', '.join(table.allowed)}"

    def _elsewhere(self, table: Table, key: str, header: str, find: _Find) -> str | None:
        for above, opening in reversed(self._around):
            if (meant := find(key, above.allowed)) is not None:
                return f"{meant} is a key of {opening or 'the whole file'}: write it above the first {header}"
        for name, below in table.tables.items():
            if (meant := find(key, below.table.allowed)) is not None:
                opening = below.header(header, name)
                inner = below.table.tables.get(meant)
                return f"{meant} belongs to {opening}: write {inner.header(opening, meant) if inner else 'it there'}"
        return None

    def _fault(self, place: Place, value: str | None, expectation: str, suggestion: str) -> None:
        self._draft.faults.append(Fault(place, value, expectation, suggestion))


def _values(table: Table, own: Mapping[str, object]) -> dict[str, object]:
    model = table.own_keys.model_validate(own)
    return {key: getattr(model, key) for key in model.model_fields_set}


def _without(own: Mapping[str, object], wrong: Iterable[tuple[str | int, ...]]) -> dict[str, object]:
    """Leave out what is wrong: a key, or one name of a table of names."""
    rest = dict(own)
    for key, *inner in wrong:
        names = rest.pop(str(key), None)
        if isinstance(names, Mapping) and inner:
            rest[str(key)] = {name: value for name, value in names.items() if name != inner[0]}
    return rest


def _holds_tables(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(one, Mapping) for one in value))
