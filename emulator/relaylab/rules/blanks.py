"""The blanks of replies and fixes where there is no case at hand to fill them from: a rule that is explained by itself.

A blank is the name of a fact of an ask; what its name does not tell by itself is told here.
"""

from __future__ import annotations

import re
from typing import Final

_BLANK: Final = re.compile(r"\{([a-z_]+)\}")
_ONLY_IN_A_CASE: Final = "{nearest}"  # a sentence of its own, which only a case has
_WORDS: Final = {
    "ip": "the client's address",
    "client": "the client's address",
    "range": "the network of the client's address",
    "certificate": "the names of the client's certificate",
    "sender": "the sender's address",
    "envelope_sender": "the address in MAIL FROM",
    "recipient": "the recipient's address",
    "recipient_domain": "the recipient's domain",
    "author_domain": "the domain in From",
    "tenant": "the tenant's name",
    "connector": "the connector's name",
    "mailbox": "the mailbox's address",
    "user": "the user's name",
    "token_user": "the user of the token",
    "audience": "the audience of the token",
    "policy": "the policy's name",
    "quota": "the number that is allowed",
    "parts": "the number of parts",
    "failure": "the line that the sign-in was refused with",
    "app_id": "the application's id",
    "object_id": "the object id of the application",
}


def in_words(text: str) -> str:
    """Write a template for a person: each blank as what stands there, in angle brackets."""
    return _BLANK.sub(lambda blank: f"<{_WORDS.get(blank[1]) or blank[1].replace('_', ' ')}>", in_general(text))


def in_general(text: str) -> str:
    """Write a template without what only a case has; the other blanks stay in braces."""
    return text.replace(_ONLY_IN_A_CASE, "")
