"""How a table of the world file follows from a noun: its fields are the keys, its defaults are theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, TypeAlias, get_args, get_type_hints

import pydantic

from relaylab.app.world_file.words import Word, is_optional, of_type
from relaylab.domain import (
    acs,
    acs_settings,
    address,
    connector,
    directory,
    estate,
    hve,
    keeping,
    recipients,
    reputation,
    secret,
    tenant,
    world,
)
from relaylab.domain.secret import Secret

# The nouns' annotations are resolved among these names: some are imported there for the type checker only.
_NOUNS: Final = {
    name: noun
    for module in (
        acs,
        acs_settings,
        address,
        secret,
        directory,
        connector,
        hve,
        keeping,
        recipients,
        reputation,
        tenant,
        estate,
        world,
    )
    for name, noun in vars(module).items()
    if isinstance(noun, type)
}
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
Derivation: TypeAlias = Callable[[Mapping[str, object]], object]


@dataclass(frozen=True)
class Table:
    """How one noun is written: what the file says differently from it, and the tables below it.

    ``narrowed`` gives keys a narrower word than their type's, ``fields`` says which field a key fills where the names
    differ, ``derived`` computes what may be left out. The rest is found when it is first asked for, which is why there
    are no slots: most runs read few kinds of table, and all of them together take as long as everything else that
    loads with a world.
    """

    noun: type
    narrowed: Mapping[str, Word]
    tables: Mapping[str, Below]
    fields: Mapping[str, str]
    derived: Mapping[str, Derivation]

    @cached_property
    def keys(self) -> type[pydantic.BaseModel]:
        """The judge of all that stands in the table, the tables below included."""
        return self._judge_of(self.allowed)

    @cached_property
    def own_keys(self) -> type[pydantic.BaseModel]:
        """The judge of the table's own keys alone."""
        return self._judge_of(tuple(key for key in self.allowed if key not in self.tables))

    @cached_property
    def allowed(self) -> tuple[str, ...]:
        """The keys a person may write."""
        return tuple(key for key, field in self._field_of.items() if key in self.tables or field.init)

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The keys whose value is not shown."""
        hints = self._hints
        return frozenset(
            key for key, field in self._field_of.items() if Secret in (hint := hints[field.name], *get_args(hint))
        )

    @cached_property
    def _hints(self) -> Mapping[str, Word]:
        return get_type_hints(self.noun, localns=dict(_NOUNS))

    @cached_property
    def _field_of(self) -> Mapping[str, Field[Any]]:
        key_of = {field: key for key, field in self.fields.items()}
        return {key_of.get(field.name, field.name): field for field in fields(self.noun)}

    def _judge_of(self, keys: Iterable[str]) -> type[pydantic.BaseModel]:
        words: dict[str, Any] = {key: self._word_of(key) for key in keys}
        return pydantic.create_model(
            self.noun.__name__,
            __config__=pydantic.ConfigDict(extra="forbid", strict=True),
            __doc__=(self.noun.__doc__ or "").partition("\n")[0].replace("``", ""),
            **words,
        )

    def _word_of(self, key: str) -> tuple[Word, object]:
        """Give the word of a key, with what stands for it where it is left out."""
        if key in self.tables:
            return _tables_below(self.tables[key])
        field = self._field_of[key]
        hint = self._hints[field.name]
        word = self.narrowed.get(key) or of_type(hint)
        return (word | None if is_optional(hint) else word, None if key in self.derived else _default(field))

    def build(self, values: Mapping[str, object]) -> object:
        """Make the noun; what the file leaves out has the noun's own default."""
        given = {self.fields.get(key, key): _frozen(value) for key, value in values.items()}
        return self.noun(**{field: derive(given) for field, derive in self.derived.items()} | given)


@dataclass(frozen=True, slots=True)
class Below:
    """A table below another: one ``[table]``, or ``many`` under ``[[table]]``; ``field`` is the field they fill."""

    table: Table
    many: bool
    field: str | None = None

    def header(self, above: str, key: str) -> str:
        """Write the line that opens such a table below the one opened by ``above``."""
        path = f"{above.strip('[]')}.{key}".strip(".")
        return f"[[{path}]]" if self.many else f"[{path}]"


def one(table: Table) -> Below:
    """Say that there is one such table, under the name of its field."""
    return Below(table, many=False)


def many(field: str, table: Table) -> Below:
    """Say that there is a list of such tables, which fills ``field``."""
    return Below(table, many=True, field=field)


def table_of(
    noun: type,
    *,
    narrowed: Mapping[str, Word] = _NOTHING,
    below: Mapping[str, Below] = _NOTHING,
    renamed: Mapping[str, str] = _NOTHING,
    derived: Mapping[str, Derivation] = _NOTHING,
) -> Table:
    """Derive the table of ``noun``.

    ``narrowed`` gives keys a narrower word than their type's, ``below`` the tables below, ``renamed`` the field of a
    key that is named otherwise, ``derived`` how a key that is left out is computed.
    """
    field_of = {**renamed, **{key: under.field for key, under in below.items() if under.field}}
    return Table(noun, narrowed, below, field_of, derived)


def _tables_below(below: Below) -> tuple[Word, object]:
    model: Any = below.table.keys
    return (list[model], []) if below.many else (model, pydantic.Field(default_factory=model))


def _default(field: Field[Any]) -> object:
    if field.default is MISSING:
        return ...
    return list(field.default) if isinstance(field.default, tuple) else field.default


def _frozen(value: object) -> object:
    match value:
        case list():
            return tuple(value)
        case dict():
            return tuple(value.items())
        case _:
            return value
