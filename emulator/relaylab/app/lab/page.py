"""The lab's page in HTML: one file that needs nothing else, on a phone, on a copier's own browser and on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from relaylab.app.lab.sheet import LabSheet

_HERE: Final = Path(__file__).parent
_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def as_html(sheet: LabSheet) -> str:
    """Write the page."""
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    return _ENVIRONMENT.get_template("page.html.j2").render(sheet=sheet, style=style)
