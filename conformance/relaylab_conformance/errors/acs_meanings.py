"""What the error lines mean that Azure Communication Services Email alone says over SMTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from relaylab_conformance.errors.meaning import Meaning

_STATUS: Final = (
    "The message was accepted with 250, and this recipient's copy did not leave: it shows in the delivery status "
    "(Event Grid, the e-mail logs) and in no report by mail."
)

ACS: Final[Mapping[str, Meaning]] = {
    "acs_ended": Meaning(
        "Azure Communication Services Email has ended. The words are relaylab's own: nobody knows what the service "
        "will say then."
    ),
    "acs_domain_not_linked": Meaning(
        "The message claims to be from a domain that is not linked to the Communication Services resource which signed "
        "in, or whose verification does not stand any more. Both From and MAIL FROM count; a subdomain of a linked "
        "domain is another domain."
    ),
    "acs_sender_username": Meaning(
        "The domain is linked, and this address of it is no configured MailFrom address. It has nothing to do with the "
        "name that signs in."
    ),
    "acs_rate": Meaning(
        "The subscription has used up what it may send in a minute or in an hour; the message can be sent again later. "
        "Retries count as sends."
    ),
    "acs_too_many_recipients": Meaning("The message goes to more than 50 recipients, To, Cc and Bcc together."),
    "acs_suppressed": Meaning(
        "The recipient is on a suppression list: one of your own, or the managed one, on which an address comes that "
        f"bounced. {_STATUS}"
    ),
}
