"""Neither Ctrl-C nor a reader who has had enough is a finding: each gets the exit code of a shell, and no traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import click

INTERRUPTED: Final = 130  # 128 + SIGINT, as a shell has it; 1 would say that problems were found
NOBODY_READS: Final = 141  # 128 + SIGPIPE, likewise


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn Ctrl-C into a word and an exit code, and a pipe that was closed (``| head``) into the code alone.

    Raise SystemExit for either.
    """
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nstopped before the end; run it again for a result", err=True)
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is flushed at the end
        raise SystemExit(NOBODY_READS) from None


class InterruptibleGroup(click.Group):
    """A command whose verbs can be stopped."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run a verb."""
        with interruptible():
            return super().invoke(ctx)
