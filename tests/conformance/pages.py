"""Reads a page as a browser would, as far as tests ask: elements, their attributes, their text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

VOID: Final = frozenset({"meta", "link", "br", "img", "input", "hr"})


@dataclass
class Element:
    """One element, with everything in it."""

    tag: str
    attributes: dict[str, str | None]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside."""
        return " ".join(" ".join(each.text if isinstance(each, Element) else each for each in self.inside).split())

    def all(self, tag: str) -> list[Element]:
        """Every element of a tag inside, in order."""
        found = []
        for each in self.inside:
            if isinstance(each, Element):
                found += [each] if each.tag == tag else []
                found += each.all(tag)
        return found


class Page(HTMLParser):
    """A parsed page; ``unbalanced`` has what was closed and not open, or never closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self.unbalanced: list[str] = []
        self._open = [self.root]
        self.feed(text)
        self.close()
        self.unbalanced += [element.tag for element in self._open[1:]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self._open[-1].inside.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if self._open[-1].tag == tag:
            self._open.pop()
        else:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)
