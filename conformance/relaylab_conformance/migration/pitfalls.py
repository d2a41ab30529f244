"""Where a method does not fit a sender: recipients or volume that it is not made for, and what it costs besides.

A pitfall is no judgement: the cells say what happens. It says what an owner should know before the plan is carried out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.estate import Method
from relaylab.rules import limits, milestones
from relaylab.rules.acs import limits as acs_limits
from relaylab.rules.acs.sending import could_not_be_made
from relaylab.rules.hve import terms
from relaylab_conformance.migration.acs import acs_resource_of
from relaylab_conformance.migration.hve import hve_account_of
from relaylab_conformance.migration.reach import final_recipients, outside_recipients
from relaylab_conformance.migration.trial import methods
from relaylab_conformance.migration.volume import acs_day, acs_hour, way_out_of_a_mailbox

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.estate import Sender
    from relaylab.domain.world import World
    from relaylab.engine.milestones import Calendar
    from relaylab.engine.rulebook import Rulebook

_HVE: Final = frozenset({Method.HVE_BASIC, Method.HVE_OAUTH})
_SMTP_AUTH: Final = frozenset({Method.SMTP_AUTH_BASIC, Method.SMTP_AUTH_OAUTH})
_ACS: Final = frozenset({Method.ACS_SMTP, Method.ACS_REST})
_BEGINS: Final = {
    Method.HVE_BASIC: milestones.HVE_HOST,
    Method.HVE_OAUTH: milestones.HVE_HOST,
    Method.ACS_SMTP: milestones.ACS_SMTP,
    Method.ACS_REST: milestones.ACS_REST,
}
_DAYS_OF_A_MONTH: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """A sender and a method at a date."""

    world: World
    rulebook: Rulebook
    sender: Sender
    method: Method
    at: datetime
    knows_recipients: bool


@dataclass(frozen=True, slots=True)
class HveCost:
    """What High Volume Email costs a sender: ``recipients`` of a message, groups expanded, and a month of 30 days."""

    recipients: int
    recipients_a_day: int
    dollars_a_month: float


def hve_cost(world: World, calendar: Calendar, sender: Sender, at: datetime) -> HveCost | None:
    """Give what a sender would pay; None while nothing is billed, and where it reaches nobody inside."""
    if not terms.is_billed(calendar, at):
        return None
    tenant = world.tenant_of(sender.from_address.domain)
    final = {one.address for _, one in final_recipients(world, sender) if tenant and one.is_of(tenant)}
    a_day = sender.messages_per_day * len(final)
    return HveCost(len(final), a_day, float(terms.PRICE * a_day * _DAYS_OF_A_MONTH)) if a_day else None


def pitfalls(
    world: World, rulebook: Rulebook, sender: Sender, at: datetime, *, knows_recipients: bool = True
) -> tuple[str, ...]:
    """Say in sentences what of a sender does not fit its methods at a date, each once.

    Of one that nobody knows the recipients of, nothing is said that counts them.
    """
    asked = (
        _Question(
            world=world, rulebook=rulebook, sender=sender, method=method, at=at, knows_recipients=knows_recipients
        )
        for method in methods(sender)
    )
    return tuple(dict.fromkeys(said for question in asked for look in _LOOKS for said in look(question)))


def _outside(question: _Question) -> Iterator[str]:
    """Recipients outside, for a method that reaches none."""
    if question.method not in _HVE:
        return
    if question.rulebook.calendar.has_come(milestones.HVE_INTERNAL_ONLY.name, question.at):
        outside = tuple(dict.fromkeys(str(met) for _, met in outside_recipients(question.world, question.sender)))
        if outside:
            yield f"{question.method} reaches nobody outside the tenant, and {', '.join(outside)} is there"


def _many_at_once(question: _Question) -> Iterator[str]:
    """More recipients in a message than the method takes."""
    number = len(question.sender.to)
    if question.method in _HVE and number > limits.HVE_RECIPIENTS:
        yield (
            f"{question.method} takes {limits.HVE_RECIPIENTS} recipients a message, and it writes to {number}: one "
            "distribution group counts once"
        )


def _few(question: _Question) -> Iterator[str]:
    """A volume that is too small for the method."""
    sender = question.sender
    inside_only = question.knows_recipients and not outside_recipients(question.world, sender)
    if question.method in _HVE and sender.messages_per_day < terms.HIGH_VOLUME and inside_only:
        if _rejects_direct_send(question):
            other = "an inbound connector needs no account and costs nothing (this tenant rejects Direct Send)"
        else:
            other = "Direct Send needs no account and costs nothing"
        yield (
            f"{question.method} is meant for {terms.HIGH_VOLUME:,} messages a day and more: for "
            f"{sender.messages_per_day:,} to recipients inside, {other}"
        )


def _rejects_direct_send(question: _Question) -> bool:
    """Tell whether the sender's tenant rejects Direct Send at the date: before it could, it did not."""
    tenant = question.world.tenant_of(question.sender.from_address.domain)
    could = question.rulebook.calendar.has_come(milestones.DIRECT_SEND_CAN_BE_REJECTED.name, question.at)
    return could and tenant is not None and tenant.organization_config.reject_direct_send


def _many(question: _Question) -> Iterator[str]:
    """A volume that is too large for the method."""
    sender = question.sender
    recipients = sender.messages_per_day * len(sender.to)
    if question.method in _SMTP_AUTH and recipients > limits.RECIPIENTS_PER_DAY:
        way_out = way_out_of_a_mailbox(question.world, question.rulebook, sender, question.at)
        yield (
            f"{question.method}: a mailbox reaches {limits.RECIPIENTS_PER_DAY:,} recipients in 24 hours, and this "
            f"sender writes to {recipients:,}; write to groups, or {way_out}"
        )
    if question.method is Method.DIRECT_SEND and sender.messages_per_day >= terms.HIGH_VOLUME:
        yield (
            f"{question.method} is for low volume: {sender.messages_per_day:,} messages a day from one address are "
            "throttled; High Volume Email is made for them"
        )


def _cost(question: _Question) -> Iterator[str]:
    """What is paid for each recipient, after groups were expanded."""
    sender = question.sender
    cost = hve_cost(question.world, question.rulebook.calendar, sender, question.at)
    if question.method in _HVE and cost is not None and question.knows_recipients:
        messages, recipients = _counted(sender.messages_per_day, "message"), _counted(cost.recipients, "recipient")
        yield (
            f"{question.method} is paid for by the recipient, once groups are expanded: {messages} to {recipients} are "
            f"{cost.recipients_a_day:,} a day, about {cost.dollars_a_month:,.2f} US dollars a month"
        )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _another_sender(question: _Question) -> Iterator[str]:
    """The From address changes with the method."""
    found = hve_account_of(question.world, question.sender) if question.method in _HVE else None
    if found is None or found[1].owns(question.sender.from_address):
        return
    account = found[1]
    where = f"go to {account.reply_to}" if account.reply_to else "get nowhere: Set-HVEAccountSettings -ReplyTo"
    yield (
        f"{question.method} sends as {account.address} only, in MAIL FROM and in From: recipients see another sender "
        f"than {question.sender.from_address}, and their replies {where}"
    )


def _accounts(question: _Question) -> Iterator[str]:
    """More accounts than a tenant could have at the date."""
    tenant = question.world.tenant_of(question.sender.from_address.domain) if question.method in _HVE else None
    calendar = question.rulebook.calendar
    most = limits.HVE_ACCOUNTS.at(question.at, calendar)
    if tenant is None or len(tenant.hve_accounts) <= most:
        return
    lifted = calendar.at(milestones.HVE_RATE_CAPS_LIFTED.name)
    later = f" ({limits.HVE_ACCOUNTS.last} from {lifted.date()} on)" if lifted is not None else ""
    yield (
        f"{question.method}: a tenant has {most} accounts on {question.at.date()}{later}, and {tenant.name} has "
        f"{len(tenant.hve_accounts)}"
    )


def _ends(question: _Question) -> Iterator[str]:
    """The method has an end of its own."""
    ends = question.rulebook.calendar.at(milestones.HVE_BASIC_AUTH_ENDS.name)
    if question.method is Method.HVE_BASIC and ends is not None:
        yield f"{question.method} is not for good: High Volume Email takes no passwords from {ends.date()} on"


def _acs(question: _Question) -> Iterator[str]:
    """A resource that there is none of, or that does not send as the sender."""
    if question.method not in _ACS:
        return
    method, sender, calendar = question.method, question.sender, question.rulebook.calendar
    closed, ends = (
        calendar.at(one.name) for one in (milestones.ACS_CLOSED_TO_NEW_CUSTOMERS, milestones.ACS_EMAIL_ENDS)
    )
    if ends is not None:
        yield f"{method} is not for good: Azure Communication Services Email takes nothing from {ends.date()} on"
    found = acs_resource_of(question.world, sender)
    if found is None:
        if closed is not None and closed <= question.at:
            yield f"{method} needs a Communication Services resource, and since {closed.date()} new customers make none"
        return
    tenant, resource = found
    if closed is not None and could_not_be_made(resource, tenant, calendar):
        yield (
            f"{method} rests on {resource.name}, made on {resource.created.date()}: tenant {tenant.name} had no "
            f"resource before {closed.date()}, so that it could not be made"
        )
    domain = sender.from_address.domain
    if not resource.links(domain):
        yield f"{method} sends from linked domains only, and {domain} is not linked to {resource.name}"
    elif sender.from_address not in resource.mail_froms:
        yield (
            f"{method} sends as configured MailFrom addresses only, and {sender.from_address} is none of "
            f"{resource.name}'s"
        )


def _acs_volume(question: _Question) -> Iterator[str]:
    """More messages a day, or recipients in one, than a subscription may send."""
    sender = question.sender
    found = acs_resource_of(question.world, sender) if question.method in _ACS else None
    if found is None:
        return
    if len(sender.to) > acs_limits.RECIPIENTS:
        yield f"{question.method} takes {acs_limits.RECIPIENTS} recipients a message, and it writes to {len(sender.to)}"
    resource = found[1]
    an_hour, a_day = (look(question.world, question.rulebook, sender, question.at) for look in (acs_hour, acs_day))
    if sender.messages_per_day > a_day:
        managed = resource.email_domain(sender.from_address.domain).is_azure_managed
        way_out = "use a custom domain" if managed else "ask Azure support for more (sends_per_hour in limits)"
        yield (
            f"{question.method}: the subscription of {resource.name} sends {an_hour} messages an hour, "
            f"{a_day:,} a day at best, and this sender has {sender.messages_per_day:,}; {way_out}"
        )


def _preview(question: _Question) -> Iterator[str]:
    """The method is a preview at the date judged, or is not there yet."""
    begins = question.rulebook.calendar.at(_BEGINS[question.method].name) if question.method in _BEGINS else None
    if begins is not None and question.at < begins:
        yield f"{question.method} does not exist on {question.at.date()}: it begins on {begins.date()}"
    elif question.method in _HVE and terms.is_preview(question.rulebook.calendar, question.at):
        yield f"{question.method} is a preview on {question.at.date()}: it has no support, and may change any day"


_LOOKS: Final[tuple[Callable[[_Question], Iterator[str]], ...]] = (
    _outside,
    _many_at_once,
    _few,
    _many,
    _another_sender,
    _cost,
    _accounts,
    _ends,
    _preview,
    _acs,
    _acs_volume,
)
