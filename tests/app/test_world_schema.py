"""The JSON schema of a world file: generated from the nouns, committed, and in agreement with the reader."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from relaylab.app.config import load_world, world_schema
from relaylab.app.world_file.__main__ import schema_text

EXAMPLE = Path(__file__).parent / "documented_example.toml"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return world_schema()


def test_the_committed_schema_is_fresh() -> None:
    committed = (files("relaylab.app") / "world.schema.json").read_text(encoding="utf-8")

    assert schema_text() == committed, (
        "write it again: python -m relaylab.app.world_file emulator/relaylab/app/world.schema.json"
    )


def test_the_schema_is_one(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("source", ["contoso", EXAMPLE], ids=str)
def test_a_world_that_loads_fits_the_schema(schema: dict[str, Any], source: str | Path) -> None:
    document = load_world(source).document

    assert [] == [error.message for error in Draft202012Validator(schema).iter_errors(document)]


def test_the_schema_knows_closed_sets_and_required_keys(schema: dict[str, Any]) -> None:
    wrong = json.loads('{"tenant": [{"licences": "many", "basic_auth_smtp": "perhaps", "colour": "blue"}]}')

    assert 4 == len(list(Draft202012Validator(schema).iter_errors(wrong)))
