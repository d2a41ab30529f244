"""What the error lines mean that the tenant MX alone says, in answers and in reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from relaylab_conformance.errors.meaning import AFTER, Meaning

EDGE: Final[Mapping[str, Meaning]] = {
    # whose message it is
    "other_region": Meaning(
        "This recipient's domain belongs to another region than those already accepted; a message goes to one region."
    ),
    "wrong_region": Meaning(
        "The sender talks to a host of another region than the one that the recipient's domain belongs to: by an "
        "address, or by the name of another domain's MX."
    ),
    "no_subscription": Meaning(
        "The recipient's organisation has no subscription with mail, and the message did not come through a connector "
        "of its own."
    ),
    "partner_only": Meaning(
        "The recipient's organisation takes mail from this sender's domain through one partner only, known by its "
        "addresses or its certificate, and this client is not the partner."
    ),
    "tls_channel": Meaning("The recipient's organisation takes mail from this sender's domain inside TLS only."),
    "tls_channel_untrusted_root": Meaning(
        "The recipient's organisation wants a client certificate from this sender's domain, and the one that was shown "
        "does not lead to a public authority."
    ),
    # what is held against a client or a sender
    "blocklisted": Meaning(
        "The address is on a list of Spamhaus. Dynamic ranges of access providers are on one as a whole, so that a "
        "device on such a line is refused without ever having sent spam."
    ),
    "blocklisted_2024": Meaning("The address is on a list of Spamhaus, as said until the autumn of 2024."),
    "blocklisted_hello": Meaning("The name that the sender gives in EHLO is on a list of Spamhaus."),
    "blocklisted_sender": Meaning("The domain in MAIL FROM is on a list of Spamhaus."),
    "banned_address": Meaning("The address is on Microsoft's own list."),
    "banned_for_good": Meaning(
        "The address is on Microsoft's own list, and the form does not take it off: that is asked for by mail."
    ),
    "over_the_limit": Meaning("The range that the address is in has sent more than it may."),
    "spam_abuse": Meaning("Spam was seen from this sender."),
    "banned_sender": Meaning("Microsoft has banned this sender."),
    "banned_sender_domain": Meaning("Microsoft has banned this sender's domain."),
    "recipient_refused": Meaning("The service refuses this recipient's address."),
    "banned_recipient": Meaning("Microsoft has banned this recipient."),
    "rejected_by_recipient": Meaning("The recipient's organisation blocks the sender, or the address that it uses."),
    # what goes wrong inside the service
    "temporary_error": Meaning(
        "A server of the recipient's organisation fails for a while; nobody has to do anything."
    ),
    "temporary_directory_error": Meaning(
        "The service could not look up whose mail this is; that passes, and nobody has to do anything."
    ),
    "unable_to_relay": Meaning("The service could not hand the message on inside itself; that passes, and it is rare."),
    "no_resources": Meaning("A server is short of memory or room; the message can be sent again later."),
    "queue_quota": Meaning("Too much mail of the organisation waits already; the message can be sent again later."),
    "excessive_rate": Meaning("This sender sends too much at a time; the message can be sent again later."),
    "customer_block_list": Meaning("The recipient's organisation itself has put the address on its block list."),
    "bad_helo": Meaning("The client gave the server's own name as its own in EHLO or HELO."),
    # IPv6
    "ipv6_not_accepted": Meaning("The client came over IPv6, and the recipient's domain takes none."),
    "ipv6_without_name": Meaning(
        "The client came over IPv6 from an address that has no name in the DNS; over IPv4 nobody asks for one."
    ),
    "ipv6_not_authenticated": Meaning(
        "The message came over IPv6, and neither SPF nor DKIM says whom it is from; over IPv4 nobody asks for either."
    ),
    # the message
    "no_from_header": Meaning("The message has no From header with a valid address."),
    "too_many_parts": Meaning("The message is made of more than a thousand parts."),
    "hop_count": Meaning("The message has passed more servers than any honest one does: two of them hand it round."),
    # non-delivery reports
    "ndr_blocked_connector": Meaning(
        f"Microsoft has blocked the inbound connector that the message came through. {AFTER}"
    ),
    "ndr_recipient_blocked": Meaning(f"The sender's own organisation has blocked the recipient. {AFTER}"),
    "ndr_threshold": Meaning(f"The organisation has sent too much mail that looks like spam. {AFTER}"),
    "ndr_traffic": Meaning(f"Microsoft takes no mail of this organisation from the address that it came from. {AFTER}"),
    "ndr_unregistered": Meaning(
        "The sender's domain is none of those that the organisation has registered, or one that it may not send from. "
        f"{AFTER}"
    ),
    "ndr_too_much_from_sender": Meaning(f"The recipient got too much mail of this sender within an hour. {AFTER}"),
    "ndr_too_much_mail": Meaning(f"The recipient got too much mail within an hour. {AFTER}"),
    "ndr_group_wants_authentication": Meaning(
        f"The group takes mail of signed-in senders only, and a device that relays is not signed in. {AFTER}"
    ),
    "ndr_mailbox_wants_authentication": Meaning(
        f"The mailbox takes mail of signed-in senders only, and a device that relays is not signed in. {AFTER}"
    ),
    "ndr_mail_user_wants_authentication": Meaning(
        "The mail user or mail contact takes mail of signed-in senders only, and a device that relays is not signed "
        f"in. {AFTER}"
    ),
    "ndr_not_on_the_list": Meaning(f"The recipient takes mail of some senders only, and this is none of them. {AFTER}"),
}
