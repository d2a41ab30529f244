"""The pages as files of one folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from relaylab_conformance.errors.index import by_code, by_text
from relaylab_conformance.errors.lines import error_lines
from relaylab_conformance.errors.page import page
from relaylab_conformance.errors.rest import rest_codes, rest_page

if TYPE_CHECKING:
    from relaylab.engine.rulebook import Rulebook

_SUFFIX: Final = ".md"


def pages(rulebook: Rulebook) -> Mapping[str, str]:
    """Give every page by the name of its file."""
    lines, codes = error_lines(rulebook), rest_codes()
    each = {f"{line.name}{_SUFFIX}": page(line, lines, rulebook) for line in lines}
    each |= {f"{code.name}{_SUFFIX}": rest_page(code, rulebook) for code in codes}
    return each | {"index.md": by_code(lines, codes, rulebook), "by-text.md": by_text(lines, codes)}


def write(rulebook: Rulebook, folder: Path) -> int:
    """Write the pages, remove those of lines that are no more, and give how many there are; raise OSError."""
    wanted = pages(rulebook)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"*{_SUFFIX}"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return len(wanted)
