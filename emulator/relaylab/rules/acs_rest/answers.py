"""What it is called in the log when the REST interface does what was asked; on the wire it is JSON."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from relaylab.domain.reply import ReplyTemplate
from relaylab.rules.acs_rest import sources

ACCEPTED: Final = ReplyTemplate(
    "acs_accepted", HTTPStatus.ACCEPTED, None, "the message is queued as an operation", sources.ACCEPTED
)
STATUS: Final = ReplyTemplate("acs_status", HTTPStatus.OK, None, "the status is given", sources.STATUS)
OUT_FOR_DELIVERY: Final = ReplyTemplate(
    "acs_out_for_delivery", HTTPStatus.OK, None, "the message is out for delivery", sources.STATUS
)
