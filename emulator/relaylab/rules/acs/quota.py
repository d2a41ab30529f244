"""The windows of a minute and an hour that a send or a question about one must fit in: shared by SMTP and REST.

Law: a call that is refused for the rate counts as well (fact ACS-LIM-08), so whoever retries at once stays out.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from relaylab.domain.acs import Allowance, SendingQuota
from relaylab.domain.charge import Charge, Meter
from relaylab.domain.endpoint import Endpoint
from relaylab.rules.acs import limits

if TYPE_CHECKING:
    from relaylab.domain.acs import AcsResource
    from relaylab.domain.address import DomainName
    from relaylab.domain.tenant import Tenant
    from relaylab.engine.rulebook import Rulebook


class Usage(Protocol):
    """Read-only look-up of the counters."""

    def total(self, meter: Meter, owner: str, now: datetime) -> int:
        """Give what ``owner`` has been charged over the meter's span up to ``now``."""
        ...

    def nth_newest(self, meter: Meter, owner: str, n: int) -> datetime | None:
        """Give the instant of the n-th newest charge, or None."""
        ...


class _Window(NamedTuple):
    meter: Meter
    span: timedelta


_SENDS: Final = (
    _Window(Meter.ACS_SENDS_OF_A_MINUTE, timedelta(minutes=1)),
    _Window(Meter.ACS_SENDS_OF_AN_HOUR, timedelta(hours=1)),
)
_STATUS: Final = (
    _Window(Meter.ACS_STATUS_OF_A_MINUTE, timedelta(minutes=1)),
    _Window(Meter.ACS_STATUS_OF_AN_HOUR, timedelta(hours=1)),
)


class Account(NamedTuple):
    """Whose quota it is: a subscription's custom domains, or its Azure-managed ones, at the doors that share it."""

    owner: str
    sends: limits.Rate
    status: limits.Rate

    def charge_a_send(self, now: datetime) -> tuple[Charge, ...]:
        """Give what one send costs, let through or refused for the rate."""
        return tuple(Charge(window.meter, self.owner, 1, now) for window in _SENDS)

    def charge_a_question(self, now: datetime) -> tuple[Charge, ...]:
        """Give what one question about a send costs."""
        return tuple(Charge(window.meter, self.owner, 1, now) for window in _STATUS)

    def sending(self, usage: Usage, now: datetime) -> SendingQuota:
        """Give what the windows of sends have room for."""
        return _quota(usage, self.owner, _SENDS, self.sends, now)

    def asking(self, usage: Usage, now: datetime) -> SendingQuota:
        """Give what the windows of questions have room for."""
        return _quota(usage, self.owner, _STATUS, self.status, now)


def account(  # noqa: PLR0913 - each is a fact of its own
    tenant: Tenant,
    resource: AcsResource,
    domain: DomainName | None,
    *,
    endpoint: Endpoint,
    now: datetime,
    rulebook: Rulebook,
) -> Account:
    """Give whose quota a send from ``domain`` uses (None: nobody's domain, which counts as a custom one).

    The reading ``acs_quota`` says whether SMTP and REST share it.
    """
    managed = domain is not None and resource.email_domain(domain).is_azure_managed
    shared = rulebook.readings["acs_quota"] == "shared"
    door = Endpoint.ACS_REST if shared else endpoint
    owner = "/".join((resource.subscription_id or tenant.id, "managed" if managed else "custom", door))
    if managed:
        calendar = rulebook.calendar
        return Account(owner, limits.MANAGED_SENDS.at(now, calendar), limits.MANAGED_STATUS.at(now, calendar))
    raised = resource.limits
    return Account(
        owner,
        limits.Rate(raised.sends_per_minute or limits.SENDS.per_minute, raised.sends_per_hour or limits.SENDS.per_hour),
        limits.Rate(
            raised.status_per_minute or limits.STATUS.per_minute, raised.status_per_hour or limits.STATUS.per_hour
        ),
    )


def _quota(
    usage: Usage, owner: str, windows: tuple[_Window, _Window], rate: limits.Rate, now: datetime
) -> SendingQuota:
    minute, hour = (
        _allowance(usage, owner, window, allowed, now) for window, allowed in zip(windows, rate, strict=True)
    )
    return SendingQuota(minute, hour)


def _allowance(usage: Usage, owner: str, window: _Window, allowed: int, now: datetime) -> Allowance:
    used = usage.total(window.meter, owner, now)
    if used < allowed:
        return Allowance(used, allowed)
    # The call that is refused now counts too, so what must leave the window is one newer than what fills it.
    oldest_in_the_way = usage.nth_newest(window.meter, owner, max(1, allowed - 1))
    # What lies ahead was charged before somebody moved the clock back; the window is never longer than its span.
    since = min(oldest_in_the_way or now, now)
    return Allowance(used, allowed, since + window.span)
