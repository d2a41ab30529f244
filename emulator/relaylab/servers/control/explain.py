"""Why: an event, a message, a rule, a reply line or a status code, explained."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from relaylab.engine.explain import explain_decision
from relaylab.servers.control.call import JsonAnswer, Operation, Parameter, RejectedError, not_found
from relaylab.servers.control.controlled import Explained
from relaylab.servers.control.messages import GUID, id_of
from relaylab.servers.control.shapes import ExplanationShape
from relaylab.servers.control.verdicts import find
from relaylab.store import as_json, message_json

if TYPE_CHECKING:
    from starlette.responses import Response

    from relaylab.servers.control.call import Call

_RECORD: Final = re.compile(r"\d{1,2}|\d{4,}|[sa]\d*-\d+(-[\w-]+)?", re.ASCII)  # three digits are a reply code


async def _explain(call: Call) -> Response:
    what = call.text("what")
    if not what:
        raise RejectedError("there is no what; ask for an event's number, a message's id, a rule, a line or a code")
    found = _event(call, what) or _message(call, what)
    if found is None and (_RECORD.fullmatch(what) or GUID.fullmatch(what)):
        raise not_found(f"no event or message is called {what!r}; GET /events and GET /messages list them")
    found = found or call.controlled.explain(what)
    if found is None:
        raise not_found(f"{what!r} is no event or message; `relaylab explain` knows every rule, line and code")
    return JsonAnswer({"text": found.text, "document": found.document})


def _event(call: Call, what: str) -> Explained | None:
    verdict = find(call, what)
    if verdict is not None:
        return Explained(verdict["explanation"], {"kind": "verdict", **verdict})
    if not (what.isascii() and what.isdigit() and len(what) < 19 and int(what)):
        return None
    for entry in call.controlled.store.events.page(int(what) - 1, 1).entries:
        if entry.seq == int(what):
            event = as_json(entry.event, entry.seq)
            return Explained(json.dumps(event, indent=2), {"kind": "event", "event": event})
    return None


def _message(call: Call, what: str) -> Explained | None:
    message = call.controlled.store.mail.message(id_of(call, what))
    if message is None:
        return None
    lines = [f"Message {message.id} from {message.envelope.mail_from or '<>'}, {message.size} octets"]
    lines += [f"  {copy.recipient}: {copy.placed}" for copy in message.copies]
    lines += [f"The sender, {one.sentence}" for one in message.authentication]
    if message.report_of:
        lines.append(f"It is the non-delivery report about {message.report_of}")
    lines += [explain_decision(decision) for decision in (message.decision,) if decision]
    lines += [explain_decision(copy.decision) for copy in message.copies if copy.decision]
    return Explained("\n".join(lines), {"kind": "message", "message": message_json(message)})


OPERATIONS: Final = (
    Operation(
        "GET",
        "/explain",
        "Say why: what is the number of an event, the id of a message, a rule, a reply line or a status code.",
        _explain,
        ExplanationShape,
        of="explanations",
        parameters=(Parameter("what", "What to explain."),),
        errors=(HTTPStatus.NOT_FOUND,),
    ),
)
