"""The blanks of replies and fixes where there is no case at hand to fill them from: a rule that is explained by itself.

A blank is the name of a fact of an ask; what its name does not tell by itself is told here. Angle brackets hold what a
case fills in; what only the reader knows, such as RESOURCE-GROUP in a command, stands in UPPER CASE in a case as well.
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
    "app": "the object id of the application",
    "known_object_id": "the object id that is registered",
    "primary": "the primary address",
    "granted": "the instant of the grant",
    "spread": "the instant at which it holds everywhere",
    "signing_domain": "the domain in From",
    "vouch": "what would vouch for the sender",
    "billing": "the status of the account's billing policy",
    "resource": "the resource's name",
    "made": "the instant at which the resource is made",
    "acs_domain": "the sender's domain",
    "acs_sender": "the sender's address",
    "acs_username": "the sender's name before the @",
    "acs_unverified": "the records that are not verified",
    "acs_per_minute": "the number allowed in a minute",
    "acs_per_hour": "the number allowed in an hour",
    "directory": "the Directory (tenant) ID",
    "entra": "the error of Entra",
    "token_app": "the application of the token",
    "until": "the end of the lease",
    "api_version": "the api-version that was asked for",
    "newest": "the newest api-version",
    "versions": "the api-versions that there are",
    "method": "the method of the request",
    "allowed": "the method that the path takes",
    "path": "the path of the request",
    "at": "the property in error",
    "wrong": "what is wrong with the body",
    "operation": "the operation's id",
    "retry_after": "the number in Retry-After",
    "client_id": "the application's id",
    "tenant_name": "the tenant in the address",
    "grant": "the grant_type that was sent",
    "instance": "the host that was asked about",
    "missing": "the parameter that is missing",
    "prompt": "the prompt that was sent",
    "redirect_uri": "the redirect_uri that was sent",
    "response_type": "the response_type that was sent",
    "scope": "the scope that was asked for",
}


def in_words(text: str) -> str:
    """Write a template for a person: each blank as what stands there, in angle brackets."""
    return _BLANK.sub(lambda blank: f"<{_WORDS.get(blank[1]) or blank[1].replace('_', ' ')}>", in_general(text))


def in_general(text: str) -> str:
    """Write a template without what only a case has; the other blanks stay in braces."""
    return text.replace(_ONLY_IN_A_CASE, "")
