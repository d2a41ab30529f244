"""Ctrl-C is no finding: whoever stops a verb gets the exit code of a shell, and no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import click

INTERRUPTED: Final = 130  # 128 + SIGINT, as a shell has it; 1 would say that problems were found


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn Ctrl-C into a word and an exit code; raise SystemExit for it."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nstopped before the end; run it again for a result", err=True)
        raise SystemExit(INTERRUPTED) from None


class InterruptibleGroup(click.Group):
    """A command whose verbs can be stopped."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run a verb."""
        with interruptible():
            return super().invoke(ctx)
