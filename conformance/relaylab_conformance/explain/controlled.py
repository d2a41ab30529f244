"""Explains for a control plane what only the whole catalogue knows: rules, reply lines, status codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from relaylab_conformance.explain.answer import UnknownError
from relaylab_conformance.explain.ask import explain

if TYPE_CHECKING:
    from relaylab.engine.rulebook import Rulebook


def explain_for_control(what: str, book: Rulebook) -> tuple[str, Mapping[str, object]]:
    """Give the explanation as a text and as JSON; raise LookupError, which ends with the way out."""
    try:
        found = explain(what, book, None)
    except UnknownError as error:
        raise LookupError(str(error)) from None
    return found.text, found.document
