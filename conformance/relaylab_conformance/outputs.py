"""What a verb writes must not take the place of what it reads, nor of what it has just written.

Law: files are compared by where they are, whatever they are called: links are followed, and paths are made whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

from relaylab_conformance.options import BadInputError


def keep_apart(written: Iterable[tuple[str, Path | None]], read: Iterable[tuple[str, Path]]) -> None:
    """Refuse what would be written over something that is read, and two outputs that are one file.

    ``written`` are files with their option, None where it was not given; ``read`` are files with what each is. Raise
    BadInputError, which a verb asks for before any work.
    """
    outputs = [(option, file) for option, file in written if file is not None]
    there = list(read)
    for option, file in outputs:
        for what, one in there:
            if _are_one(file, one):
                raise BadInputError(f"{option} {file}: would replace {what}, which is read; name another file")
    for (option, file), (other, second) in combinations(outputs, 2):
        if _are_one(file, second):
            raise BadInputError(
                f"{option} {file} and {other} {second} are one file, where the one would replace the other; name two"
            )


def _are_one(one: Path, other: Path) -> bool:
    if os.path.normcase(one.resolve()) == os.path.normcase(other.resolve()):
        return True
    return one.exists() and other.exists() and one.samefile(other)
