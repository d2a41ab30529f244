"""All rows of the catalogue of faults, by behaviour; and the texts that a fault can be told to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.rules import replies
from relaylab.rules.faults.captured import CAPTURED
from relaylab.rules.faults.copies import COPIES
from relaylab.rules.faults.endings import ENDS
from relaylab.rules.faults.handshakes import HANDSHAKES
from relaylab.rules.faults.lists import OFFERS
from relaylab.rules.faults.names import NAMES
from relaylab.rules.faults.other_forms import FORMS
from relaylab.rules.faults.own_answers import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaylab.domain.fault import Behaviour
    from relaylab.domain.reply import ReplyTemplate
    from relaylab.rules.faults.conduct import Conduct

CONDUCTS: Final[Mapping[Behaviour, Conduct]] = {
    conduct.behaviour: conduct
    for conduct in (*CAPTURED, *ANSWERS, *FORMS, *OFFERS, *ENDS, *HANDSHAKES, *NAMES, *COPIES)
}

SAYABLE: Final[Mapping[str, ReplyTemplate]] = {
    reply.name: reply for reply in replies.REPLIES if "{" not in reply.text and "\n" not in reply.text and reply.text
}
"""The texts that a fault can be told to say: those of one line without blanks."""
