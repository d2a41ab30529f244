"""What is somebody asking about? A record where there are records, then a rule, a code, a line, in this order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from relaylab_conformance.explain.aadsts import explain_aadsts, is_of_entra
from relaylab_conformance.explain.acs_rest import explain_rest_error, is_of_acs_rest
from relaylab_conformance.explain.answer import Explanation, UnknownError
from relaylab_conformance.explain.records import Records, explain_record, unknown
from relaylab_conformance.explain.replies import explain_code, explain_line, is_a_code
from relaylab_conformance.explain.rules import explain_rule, is_like_a_rule

if TYPE_CHECKING:
    from relaylab.engine.rulebook import Rulebook

_RECORD: Final = re.compile(r"\d+|[sa]\d*-\d+(-[\w-]+)?")  # an event's number, a message's id


def is_a_record(what: str) -> bool:
    """Tell whether that can be nothing but an event or a message."""
    asked = what.strip()
    return _RECORD.fullmatch(asked) is not None and not is_a_code(asked)


def explain(what: str, rulebook: Rulebook, records: Records | None = None) -> Explanation:
    """Explain what was asked about; raise UnknownError."""
    asked = what.strip()
    if not asked:
        raise UnknownError("nothing is asked; name a rule, a status code, an event or a message, or paste a reply line")
    if records is not None:
        found = explain_record(asked, records)
        if found is not None:
            return found
        if is_a_record(asked):
            raise unknown(asked, records)
    if is_of_entra(asked):
        return explain_aadsts(asked, rulebook)
    if is_of_acs_rest(asked):
        return explain_rest_error(asked, rulebook)
    if is_like_a_rule(asked):
        return explain_rule(asked, rulebook)
    if is_a_code(asked):
        return explain_code(asked, rulebook)
    if _RECORD.fullmatch(asked):
        raise UnknownError(f"{asked!r} may be an event or a message; say of which run: --run DIR or --control URL")
    return explain_line(asked, rulebook)
