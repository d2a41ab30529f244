"""What is somebody asking about? A record where there are records, then what ``_KINDS`` lists, last of all a line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from relaylab.app.world_file.errors import near_miss
from relaylab.rules.acs_rest.errors import ERRORS
from relaylab_conformance.explain.aadsts import explain_aadsts, is_of_entra
from relaylab_conformance.explain.acs_rest import (
    code_asked,
    explain_rest_error,
    explain_status,
    is_of_acs_rest,
)
from relaylab_conformance.explain.answer import Explanation, UnknownError
from relaylab_conformance.explain.deliveries import DELIVERY_STATUSES, explain_delivery, is_of_a_report
from relaylab_conformance.explain.operations import OPERATION_STATUSES, explain_operation, is_of_an_operation
from relaylab_conformance.explain.records import Records, explain_record, unknown
from relaylab_conformance.explain.replies import explain_code, explain_line, is_a_code, is_said
from relaylab_conformance.explain.rules import explain_rule, is_like_a_rule

if TYPE_CHECKING:
    from relaylab.engine.rulebook import Rulebook

_WORDS: Final = tuple(dict.fromkeys((*(error.error for error in ERRORS), *DELIVERY_STATUSES, *OPERATION_STATUSES)))
_RECORD: Final = re.compile(  # an event's number, a message's id, an operation's
    r"\d+|[sa]\d*-\d+(-[\w-]+)?|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII
)


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
    for is_one, explain_it in _KINDS:
        if is_one(asked):
            return explain_it(asked, rulebook)
    if _RECORD.fullmatch(asked):
        raise UnknownError(f"{asked!r} may be an event or a message; say of which run: --run DIR or --control URL")
    try:
        return explain_line(asked, rulebook)
    except UnknownError:
        near = near_miss(code_asked(asked), _WORDS)
        if near is None:
            raise
        raise UnknownError(
            f'{asked!r} is no code or status of Azure Communication Services, and no reply; did you mean "{near}"?'
        ) from None


def _code(asked: str, rulebook: Rulebook) -> Explanation:
    """Explain a code; a number may be one of SMTP, of HTTP, and of both."""
    over_http = explain_status(asked, rulebook)
    if over_http is None:
        return explain_code(asked, rulebook)
    if not is_said(asked):
        return over_http
    over_smtp = explain_code(asked, rulebook)
    text = f"{over_smtp.text}\n\n{over_http.text}"
    return Explanation(text, {**over_smtp.document, "errors": over_http.document["errors"]})


_KINDS: Final[tuple[tuple[Callable[[str], bool], Callable[[str, Rulebook], Explanation]], ...]] = (
    (is_of_entra, explain_aadsts),
    (is_of_acs_rest, explain_rest_error),
    (is_of_an_operation, explain_operation),
    (is_of_a_report, explain_delivery),
    (is_like_a_rule, explain_rule),
    (is_a_code, _code),
)
