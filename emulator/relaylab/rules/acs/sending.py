"""May this resource send this message now: one predicate a question, in the order in which they are asked.

The rules of ``acs_smtp`` and ``acs_rest`` cite these; only the reply differs. The order is inferred: linked domain,
its verification, sender username, recipients, size, rate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.rules import milestones
from relaylab.rules.acs import limits

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.acs import AcsResource, Sending
    from relaylab.domain.tenant import Tenant
    from relaylab.engine.milestones import Calendar


def could_not_be_made(resource: AcsResource, tenant: Tenant, calendar: Calendar) -> bool:
    """Tell whether the resource is of a new customer, made after the service closed to these (ACS-LIFE-02, -04).

    Who had a resource before that day is no new customer, and may add more.
    """
    closed = calendar.at(milestones.ACS_CLOSED_TO_NEW_CUSTOMERS.name)
    if closed is None or resource.created < closed:
        return False
    return all(one.created >= closed for one in tenant.acs_resources)


def is_there(resource: AcsResource, tenant: Tenant, now: datetime, calendar: Calendar) -> bool:
    """Tell whether the resource exists: made by now, and by somebody who could."""
    return resource.created <= now and not could_not_be_made(resource, tenant, calendar)


def domain_is_not_linked(sending: Sending) -> bool:
    """Tell whether a sender's domain is not linked to the resource (ACS-SMTP-21, ACS-ERR-03)."""
    return not sending.senders or bool(sending.unlinked)


def domain_is_not_verified(sending: Sending) -> bool:
    """Tell whether a sender's domain is linked and no longer verified (ACS-DOM-01)."""
    return bool(sending.unverified)


def sender_username_is_unknown(sending: Sending) -> bool:
    """Tell whether a sender is no configured MailFrom address (ACS-SMTP-22, ACS-ERR-04)."""
    return bool(sending.unknown)


def recipients_are_too_many(sending: Sending) -> bool:
    """Tell whether there are more than 50 recipients (ACS-LIM-05)."""
    return sending.recipients > limits.RECIPIENTS


def message_is_too_large(sending: Sending) -> bool:
    """Tell whether it is larger than 10 MB (ACS-LIM-06)."""
    return sending.size > limits.MESSAGE_SIZE


def minute_is_used_up(sending: Sending) -> bool:
    """Tell whether the sends of this minute are used up (ACS-LIM-01, ACS-LIM-03)."""
    return sending.quota.minute.is_used_up


def hour_is_used_up(sending: Sending) -> bool:
    """Tell whether the sends of this hour are used up (ACS-LIM-01, ACS-LIM-03)."""
    return sending.quota.hour.is_used_up


def reaches_the_rate(sending: Sending) -> bool:
    """Tell whether nothing but the rate can refuse it: such a send counts, let through or not (ACS-LIM-08)."""
    return not any(
        stands_in_the_way(sending)
        for stands_in_the_way in (
            domain_is_not_linked,
            domain_is_not_verified,
            sender_username_is_unknown,
            recipients_are_too_many,
            message_is_too_large,
        )
    )
