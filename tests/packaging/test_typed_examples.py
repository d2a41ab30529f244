"""The examples that the type checker reads do what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.packaging import typed_examples


@pytest.mark.parametrize(
    "example", [typed_examples.in_plain_python, typed_examples.expecting_a_refusal, typed_examples.under_aiosmtpd]
)
def test_a_typed_example_runs(example: Callable[[], None]) -> None:
    example()


def test_the_typed_coroutine_runs() -> None:
    asyncio.run(typed_examples.in_coroutines())
