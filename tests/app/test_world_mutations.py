"""Whatever is done to a sound document, it loads, or it is refused at places that are there or were expected."""

import copy
import json
import re
from typing import Any, TypeAlias

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from relaylab.app.config import WorldFileError, load_world, world_from_document, world_schema
from relaylab.app.world_file.grammar import WORLD
from relaylab.app.world_file.tables import Table

Way: TypeAlias = tuple[str | int, ...]

SOUND = load_world("contoso").document
VALIDATOR = Draft202012Validator(world_schema())
STEP = re.compile(r'\.?(?:([A-Za-z0-9_-]+)|("(?:[^"\\]|\\.)*")|\[(\d+)\])')
STRANGERS: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**40,
    1.5,
    "",
    "x",
    "a@b.example",
    [],
    [1],
    ["x"],
    {},
    {"a": 1},
    [{}],
)


def ways(node: object, way: Way = ()) -> list[Way]:
    """Every place of a document."""
    steps: list[Any] = (
        list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
    )
    below = [ways(node[step], (*way, step)) for step in steps]  # type: ignore[index]
    return [way] * bool(way) + [one for many in below for one in many]


WAYS = ways(SOUND)


@st.composite
def misspelt(draw: st.DrawFn, word: str) -> str:
    at = draw(st.integers(0, len(word)))
    return word[:at] + draw(st.sampled_from(["", "x", "_", "@", "\u202e"])) + word[at + draw(st.integers(0, 1)) :]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    document: dict[str, Any] = copy.deepcopy(SOUND)
    for _ in range(draw(st.integers(1, 4))):
        *above, last = draw(st.sampled_from(WAYS))
        node: Any = document
        key: Any = last
        for step in above:
            node = node[step] if _has(node, step) else None
        if not _has(node, key):
            continue
        match draw(st.sampled_from(["delete", "retype", "misspell", "repeat"])):
            case "delete":
                del node[key]
            case "retype":
                node[key] = copy.deepcopy(draw(st.sampled_from(STRANGERS)))
            case "misspell" if isinstance(node[key], str):
                node[key] = draw(misspelt(node[key]))
            case "misspell" if isinstance(key, str):
                node[draw(misspelt(key))] = node.pop(key)
            case "repeat" if isinstance(node, list):
                node.append(copy.deepcopy(node[key]))
    return document


def _containers(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keys = st.sampled_from(["name", "tenant", "mailbox", "address", "password", "transport_config", "token", "?"])
    return st.lists(children, max_size=3) | st.dictionaries(keys, children, max_size=4)


@given(documents())
def test_a_mutated_document_is_refused_only_where_something_is_or_was_expected(document: dict[str, Any]) -> None:
    before = copy.deepcopy(document)
    error = refusal_of(document)

    if error is None:
        assert VALIDATOR.is_valid(document)
    else:
        assert [] == [problem for problem in error.problems if not is_there_or_expected(document, problem.where)]
        assert all(problem.expectation and problem.suggestion for problem in error.problems)
        assert all(line.isprintable() and "fake-" not in line for line in str(error).split("\n"))
    assert before == document


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), _containers))
def test_a_document_of_anything_is_refused_and_nothing_else(anything: object) -> None:
    document = {"tenant": anything, "site": anything, "sender": [{"name": anything, "from": anything}]}

    assert refusal_of(document) is not None


def refusal_of(document: dict[str, Any]) -> WorldFileError | None:
    try:
        world_from_document(document, "world.toml")
    except WorldFileError as error:
        return error
    return None


def is_there_or_expected(document: dict[str, Any], where: str) -> bool:
    """Follow a place as it is written; its last step may be missing if the grammar knows it."""
    node: Any = document
    table: Table | None = WORLD
    steps: list[Any] = [_step(match) for match in STEP.finditer(where)]
    for step in steps[:-1]:
        if not _has(node, step):
            return False
        node = node[step]
        if isinstance(step, str):
            table = table.tables[step].table if table and step in table.tables else None
    return _has(node, steps[-1]) or (table is not None and steps[-1] in table.allowed)


def _step(match: re.Match[str]) -> str | int:
    bare, quoted, index = match.groups()
    return int(index) if index else bare or json.loads(quoted)


def _has(node: object, step: object) -> bool:
    if isinstance(node, list):
        return isinstance(step, int) and step < len(node)
    return isinstance(node, dict) and step in node
