"""The error lines as a table and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from relaylab.rules.blanks import in_general
from relaylab_conformance.errors.lines import error_lines
from relaylab_conformance.errors.page import in_force
from relaylab_conformance.errors.rest import rest_codes, rest_rows
from relaylab_conformance.tables import Column, table

if TYPE_CHECKING:
    from relaylab.engine.rulebook import Rulebook

_COLUMNS: Final = (Column("line", wraps=True), Column("where"), Column("means", wraps=True))


def as_text(rulebook: Rulebook, fit: int) -> str:
    """Give a table that fits so many columns."""
    rows = [(line.title, "\n".join(line.places) or "grammar", line.meaning.means) for line in error_lines(rulebook)]
    rows += [(code.title, "acs_rest", code.means) for code in rest_codes()]
    return table(_COLUMNS, rows, fit)


def as_json(rulebook: Rulebook) -> str:
    """Give the lines as a JSON document."""
    document = {
        "rulebook_digest": rulebook.digest(),
        "errors": [
            {
                "name": line.name,
                "code": int(line.code),
                "enhanced": line.enhanced or None,
                "text": line.reply.text,
                "means": line.meaning.means,
                "comes_as_report": line.comes_as_report,
                "rules": [
                    {
                        "id": rule.id,
                        "in_force": in_force(rule, rulebook),
                        "under": dict(rule.under),
                        "fix": in_general(rule.fix),
                    }
                    for rule in line.rules
                ],
                "way_out": line.meaning.way_out,
            }
            for line in error_lines(rulebook)
        ],
        "rest_errors": rest_rows(rulebook),
    }
    return json.dumps(document, indent=2, ensure_ascii=False)
