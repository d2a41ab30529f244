"""What the pages have in common: templates that escape and miss nothing, one style, links to the web only."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES: Final = Path(__file__).with_name("templates")


def environment(templates: Path = TEMPLATES) -> Environment:
    """Give what renders the templates of a folder; a page adds the filters and words of its own."""
    made = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["web"] = lambda url: url.startswith(("https://", "http://"))
    return made


def style() -> str:
    """Give the style that every page carries in itself."""
    return (TEMPLATES / "report.css").read_text(encoding="utf-8")
