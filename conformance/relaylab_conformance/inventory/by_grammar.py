"""What of a row the world file takes: every column that is a key of its table, read as the kind of value the key wants.

The keys are the properties' names in snake_case, so the grammar of the world file says what to look for: a key that it
learns is imported from that day on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pydantic

from relaylab.app.world_file.grammar import TENANT, WORLD
from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.cells import CellError, LostError, UnclearError, is_nothing
from relaylab_conformance.inventory.rows import Row, squash

if TYPE_CHECKING:
    from relaylab.app.world_file.tables import Table

_READERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "boolean": cells.switch,
    "integer": cells.number,
    "array": cells.texts,
    "instant": cells.instant,
    "string": cells.text,
}


@dataclass(slots=True)
class Taken:
    """What a row says of a table: ``values`` by key, and keys that are ``empty`` there.

    ``lost`` and ``unclear`` give the columns of keys that could not be read, ``strange`` values that the world file
    does not know.
    """

    values: dict[str, Any] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    lost: dict[str, str] = field(default_factory=dict)
    unclear: dict[str, str] = field(default_factory=dict)
    strange: dict[str, str] = field(default_factory=dict)


@cache
def kinds(table_name: str) -> Mapping[str, str]:
    """Give for each key of a table what kind of value it takes: boolean, integer, array, instant or string."""
    table = table_called(table_name)
    properties = table.own_keys.model_json_schema()["properties"]
    return {key: _kind(shape) for key, shape in properties.items()}


def table_called(name: str) -> Table:
    """Give a table of the world file: of a tenant, of the world, or the tenant's own."""
    if name == "tenant":
        return TENANT
    return TENANT.tables[name].table if name in TENANT.tables else WORLD.tables[name].table


def is_many(name: str) -> bool:
    """Tell whether a table may stand several times."""
    return name == "tenant" or (TENANT.tables.get(name) or WORLD.tables[name]).many


@cache
def choices(table_name: str) -> Mapping[str, tuple[str, ...]]:
    """Give the values that the world file knows, for each key that takes one of a few."""
    properties = table_called(table_name).own_keys.model_json_schema()["properties"]
    return {key: tuple(one) for key, shape in properties.items() if (one := _choices(shape))}


def take(
    row: Row,
    table_name: str,
    renamed: Mapping[str, tuple[str, ...]],
    skip: Iterable[str] = (),
    lenient: Iterable[str] = (),
) -> Taken:
    """Read every key of the table for which the row has a column; raise ExportError for a cell that cannot be it.

    ``renamed`` gives the columns of a key that is called otherwise, ``skip`` keys that somebody else reads, ``lenient``
    those whose value is left out where the world file does not know it.
    """
    taken = Taken()
    for key, kind in kinds(table_name).items():
        column = row.has(*renamed.get(key, (squash(key),)))
        if column is None or key in skip:
            continue
        if is_nothing(row.cells[column]):
            taken.empty.append(key)
            continue
        try:
            value = _READERS[kind](row.cells[column])
            if key in lenient and value not in choices(table_name).get(key, (value,)):
                taken.strange[key] = str(value)
            else:
                taken.values[key] = value
        except LostError:
            taken.lost[key] = row.columns[column]
        except UnclearError:
            taken.unclear[key] = row.columns[column]
        except CellError as error:
            raise row.wrong(column, error.expectation, error.suggestion) from None
    return taken


def check(row: Row, table_name: str, values: Mapping[str, Any], columns: Mapping[str, tuple[str, ...]]) -> None:
    """Have the world file's own words judge the values; raise ExportError that names the cell."""
    wanted = {key: value for key, value in values.items() if not isinstance(value, datetime)}
    try:
        table_called(table_name).own_keys.model_validate(wanted)
    except pydantic.ValidationError as error:
        for detail in error.errors(include_url=False):
            if detail["type"] == "missing":
                continue
            key = str(detail["loc"][0])
            column = row.has(*columns.get(key, (squash(key),))) or squash(key)
            context = detail.get("ctx", {})
            expectation = str(context.get("expectation", detail["msg"]))
            raise row.wrong(column, expectation, str(context.get("suggestion", ""))) from None


def _choices(shape: Mapping[str, Any]) -> tuple[str, ...]:
    return next((tuple(one["enum"]) for one in (shape, *shape.get("anyOf", ())) if "enum" in one), ())


def _kind(shape: Mapping[str, Any]) -> str:
    for one in (shape, *shape.get("anyOf", ())):
        if "2026-12-31" in one.get("examples", ()) and "instant" in str(one.get("description", "")):
            return "instant"
        if one.get("type") in {"boolean", "integer", "array"}:
            return str(one["type"])
    return "string"
