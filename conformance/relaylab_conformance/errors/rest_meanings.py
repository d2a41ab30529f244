"""What the error codes of Azure Communication Services Email over REST mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REST_MEANINGS: Final[Mapping[str, str]] = {
    "ApiVersionUnspecified": "The request names no version of the interface: `api-version` is missing in its address.",
    "UnsupportedApiVersion": "The version that the request names does not exist, or did not at that time.",
    "Denied": (
        "The service does not know who asks: the key, the signed host or path, the date of the signature or the token "
        "is not what it takes. It says the same of a resource that it does not know."
    ),
    "Forbidden": "The service knows the application that asks, and this has no right to send through the resource.",
    "BadRequest": (
        "Something in the request is not as the service takes it. One code stands for several causes: the text tells "
        "them apart."
    ),
    "InvalidEmailAddress": "An address of the message cannot be one: of its sender, a recipient or a reply address.",
    "DomainNotLinked": (
        "The sender's domain is not linked to the resource that the request goes to, or its verification does not "
        "stand any more. A subdomain of a linked domain is another domain."
    ),
    "InvalidSenderUserName": "The domain is linked, and this address of it is no configured MailFrom address.",
    "TooManyRequests": (
        "The subscription has used up what it may ask in a minute or in an hour. `Retry-After` says for how long; it "
        "can be nearly an hour, and Microsoft's clients wait that long without a word, up to three times."
    ),
    "Conflict": "The caller chose an `Operation-Id` that stands for a message already; nothing was sent twice.",
    "NotFound": "There is nothing at the path: no such operation of this resource, or no such address at all.",
    "MethodNotAllowed": "The path exists and takes another method: POST to send, GET to ask how an operation stands.",
    "RequestTooLarge": "The request is so much larger than a message may be that it is not read to its end.",
    "OperationNotSupported": (
        "Azure Communication Services Email has ended. The words are relaylab's own: nobody knows what the service "
        "will say then."
    ),
    "ServiceUnavailable": "The service has a bad day and cannot take requests; nothing is wrong with this one.",
    "InternalServerError": "The service has failed at the request; nothing is wrong with this one.",
    "EmailDroppedAllRecipientsSuppressed": (
        "The message was accepted with 202 and went to nobody: all its recipients are on suppression lists. Where only "
        "some are, the operation succeeds."
    ),
    "EmailDropped": "The message was accepted with 202, and the service gave it up after several attempts.",
    "OperationCanceled": "The message was accepted with 202, and the service canceled the operation.",
}

REST_CAUSES: Final[Mapping[str, str]] = {
    "acs_denied": "who asks has not proved it",
    "acs_denied_without_a_resource": "there is no such resource",
}
"""What tells errors apart that have status, code and text in common, by the error's name."""
