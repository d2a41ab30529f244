"""What a terminal is told: its width, lines that cannot steer it, JSON that any encoding can hold, progress."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click

from relaylab_conformance.report.transcript import escaped

_ON_PAPER: Final = 160  # columns, where nobody looks at a terminal


def width() -> int:
    """Give the columns of the terminal, or of paper."""
    return shutil.get_terminal_size((_ON_PAPER, 0)).columns if sys.stdout.isatty() else _ON_PAPER


def say(text: str) -> None:
    """Print lines; what could steer a terminal is written out, and so is what it has no letter for."""
    lines = "\n".join(escaped(line) for line in text.split("\n"))
    click.echo(lines.encode(_encoding(), "backslashreplace").decode(_encoding()))


def say_json(text: str) -> None:
    """Print JSON; in ASCII where the encoding has no other letters."""
    try:
        text.encode(_encoding())
    except UnicodeEncodeError:
        text = json.dumps(json.loads(text), indent=2)
    click.echo(text.rstrip("\n"))


def _encoding() -> str:
    return sys.stdout.encoding or "utf-8"


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on standard error when a person is looking there."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def tell(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield tell
