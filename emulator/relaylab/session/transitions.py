"""The order of commands as a table.

Laws of this module: every refusal for a wrong order is in this table; the table knows nothing of tenants, TLS or
sign-in, which are the business of rules; a verb that is not listed for a state is allowed there.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from relaylab.domain.reply import ReplyTemplate
from relaylab.rules import replies
from relaylab.session.commands import Verb


class State(Enum):
    """Where a session stands."""

    NEW = "greeted by the server, no hello yet"  # also after STARTTLS (RFC 3207 §4.2)
    READY = "hello said"
    MAIL = "sender given"
    RCPT = "at least one recipient accepted"
    CHUNKS = "at least one chunk taken"

    __hash__ = object.__hash__  # Enum's is written in Python, and these are keys at every line


_HELLO_FIRST: Final = dict.fromkeys(
    (Verb.STARTTLS, Verb.AUTH, Verb.MAIL, Verb.RCPT, Verb.DATA, Verb.BDAT), replies.HELLO_FIRST
)

OUT_OF_ORDER: Final[Mapping[State, Mapping[Verb, ReplyTemplate]]] = {
    State.NEW: _HELLO_FIRST,
    State.READY: {Verb.RCPT: replies.NEED_MAIL, Verb.DATA: replies.NEED_MAIL, Verb.BDAT: replies.NEED_MAIL},
    State.MAIL: {
        Verb.MAIL: replies.SENDER_SPECIFIED,
        Verb.DATA: replies.NEED_RCPT,
        Verb.BDAT: replies.NEED_RCPT,
        Verb.AUTH: replies.BAD_SEQUENCE,  # RFC 4954 §4: not during a mail transaction
        Verb.STARTTLS: replies.BAD_SEQUENCE,
    },
    State.RCPT: {
        Verb.MAIL: replies.SENDER_SPECIFIED,
        Verb.AUTH: replies.BAD_SEQUENCE,
        Verb.STARTTLS: replies.BAD_SEQUENCE,
    },
    State.CHUNKS: dict.fromkeys(  # RFC 3030 §2: nothing but BDAT, RSET and harmless commands
        (Verb.MAIL, Verb.RCPT, Verb.DATA, Verb.AUTH, Verb.STARTTLS), replies.BAD_SEQUENCE
    ),
}

# The other way round, since nearly every line is a command in its order.
IN_ORDER: Final[Mapping[State, frozenset[Verb]]] = {
    state: frozenset(Verb).difference((Verb.UNKNOWN, Verb.GARBAGE), refused) for state, refused in OUT_OF_ORDER.items()
}
