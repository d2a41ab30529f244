"""Explains the status of a send operation of Azure Communication Services: alone, in an answer, on a line of the log.

A delivery report has a status Failed as well. In a body what else is there tells them apart; alone it is the report's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.rules.acs_rest import errors, sources
from relaylab_conformance.explain.acs_rest import describe_error
from relaylab_conformance.explain.answer import Explanation, cited, entry
from relaylab_conformance.explain.deliveries import is_of_a_report, status_in

if TYPE_CHECKING:
    from relaylab.domain.acs_rest import RestError
    from relaylab.domain.source import Source
    from relaylab.engine.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a status says, and what to do; ``errors`` are those that ``error`` may then hold."""

    status: str
    means: str
    source: Source
    fix: str
    errors: tuple[RestError, ...] = ()


_READ_THE_CODE: Final = "Read `error`, and ask here about its code."
_MEANINGS: Final = (
    _Meaning(
        "NotStarted",
        "The operation waits. The specification has the status, and the service does not send it at present; nor does "
        "relaylab.",
        sources.OPERATION_STATUSES,
        "Ask again after Retry-After.",
    ),
    _Meaning(
        "Running",
        "The message was accepted with 202, and is on its way out; nothing is decided yet.",
        sources.STATUS,
        "Ask again after the seconds of Retry-After, until an answer has no such header: the operation has then ended.",
    ),
    _Meaning(
        "Succeeded",
        "The message is out for delivery, which is not delivered: a recipient's side may refuse it yet.",
        sources.OUT_FOR_DELIVERY,
        "Read what became of each recipient in the delivery reports of Event Grid (Delivered, Bounced, ...); "
        "`relaylab messages ID` shows them.",
    ),
    _Meaning(
        "Failed",
        "The message was accepted with 202 and went to nobody. Asking again changes nothing; another try is a new "
        "operation.",
        sources.OPERATION_ENDS,
        _READ_THE_CODE,
        (errors.ALL_SUPPRESSED, errors.DROPPED),
    ),
    _Meaning(
        "Canceled",
        "The message was accepted with 202, and the service canceled the operation: it went to nobody, and no delivery "
        "report comes.",
        sources.OPERATION_ENDS,
        _READ_THE_CODE,
        (errors.CANCELED,),
    ),
)
_BY_WORD: Final = {one.status.lower(): one for one in _MEANINGS}
_IN_AN_ANSWER: Final = re.compile(r"""["'](?:error|id)["']\s*:""")
_IN_A_REPORT: Final = re.compile(r"""["']recipient["']\s*:""")
_IN_THE_LOG: Final = re.compile(r"operation \S+ -> ")

OPERATION_STATUSES: Final = tuple(one.status for one in _MEANINGS)


def is_of_an_operation(what: str) -> bool:
    """Tell whether somebody asks about the status of an operation."""
    if status_in(what) not in _BY_WORD:
        return False
    is_an_answer = _IN_AN_ANSWER.search(what) and not _IN_A_REPORT.search(what)
    return bool(is_an_answer or _IN_THE_LOG.match(what)) or not is_of_a_report(what)


def explain_operation(what: str, rulebook: Rulebook) -> Explanation:
    """Explain a status, with the errors that come with it."""
    found = _BY_WORD[status_in(what)]
    head = [
        f"{found.status}, in the status of an operation of Azure Communication Services",
        entry("Means", found.means),
        entry("Source", cited(found.source)),
        entry("Fix", found.fix),
    ]
    text = "\n\n".join(["\n".join(head), *(describe_error(error, rulebook) for error in found.errors)])
    document = {
        "kind": "operation_status",
        "asked": what,
        "status": found.status,
        "means": found.means,
        "errors": [error.error for error in found.errors],
        "fix": found.fix,
    }
    return Explanation(text, document)
