"""Conditions that both kinds of request share, in the order in which they are asked, and the ways out with them.

Each is the sentence and the expression of a rule; ``shared`` makes the rules of one kind of request of them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relaylab.domain.acs_rest import AUDIENCES, RestAsk
from relaylab.domain.acs_settings import RestFaultKind
from relaylab.domain.decision import EffectKind
from relaylab.rules import milestones
from relaylab.rules.acs import fixes
from relaylab.rules.acs_rest import errors, sources

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.engine.rule import AnyRule, RuleMaker

SKEW: Final = timedelta(minutes=5)  # sources.SKEWED
FIRST_PREVIEW: Final = "2021-10-01-preview"  # other names, repeatable requests (fact ACS-REST-09)
API_VERSIONS: Final = (
    FIRST_PREVIEW,
    "2023-01-15-preview",
    "2023-03-31",
    "2024-07-01-preview",
    "2025-01-01-preview",
    "2025-01-15-preview",
    "2025-09-01",
)  # sources.VERSIONS
STABLE: Final = tuple(one for one in API_VERSIONS if not one.endswith("-preview"))
INLINE_SINCE: Final = "2024-07-01-preview"  # attachments have a contentId from here on (fact ACS-REST-05)
HANGING: Final = (
    "The clients of Microsoft sleep that long without a word and look as if they hung; have them raise instead "
    "(Python: retry_total=0, JavaScript: retryOptions.maxRetries 0, .NET: a policy for 429)."
)
_WAIT: Final = f"Wait {{retry_after}} seconds, and ask for nothing meanwhile: {fixes.EACH_TRY_COUNTS}. {HANGING}"

FIX_BAD_DAY: Final = (
    "Try again later; keep the mail meanwhile. Here it is a [[tenant.acs_resource.rest.fault]] of the world."
)
FIX_VERSION: Final = "Have the URL end in ?api-version={newest}; at this date there are {versions}."
FIX_PREVIEW: Final = "Use a preview, ?api-version={newest}, or wait for the first stable version."
FIX_RESOURCE: Final = (
    "Use the endpoint of a resource that exists at this date: {resource} is none ([[tenant.acs_resource]], created)."
)
FIX_KEY: Final = (
    "Sign with a key of {resource} as `relaylab serve` prints it (az communication list-key --name {resource} "
    "--resource-group RESOURCE-GROUP; a rotated key is void), over exactly the method, path, query, host and body that "
    "are sent; or by a connection string."
)
FIX_CLOCK: Final = (
    "Set the client's clock: x-ms-date may be 5 minutes from the service's. Under acs_date_clock=simulated the clock "
    "that counts is relaylab's, so run the client at that date too."
)
FIX_BEARER: Final = (
    "Ask Entra for a fresh token with the scope https://communication.azure.com/.default, in tenant {tenant}, for "
    "application {app_id}."
)


def versions_at(now: datetime) -> tuple[str, ...]:
    """Give the versions that exist at an instant, the oldest first: each from the day that it is named after."""
    return tuple(one for one in API_VERSIONS if one[:10] <= f"{now:%Y-%m-%d}")


def service_has_ended(ask: RestAsk) -> bool:
    """From the day of its retirement on, Email answers nobody."""
    return bool(ask.resource_name)


def service_is_unavailable(ask: RestAsk) -> bool:
    """The service can be unavailable for a while."""
    return ask.fault is not None and ask.fault.kind is RestFaultKind.UNAVAILABLE


def service_fails(ask: RestAsk) -> bool:
    """The service can fail."""
    return ask.fault is not None and ask.fault.kind is RestFaultKind.ERROR


def service_is_busy(ask: RestAsk) -> bool:
    """The service can tell a client to come back, whatever its quota."""
    return ask.fault is not None and ask.fault.kind is RestFaultKind.THROTTLED


def version_is_missing(ask: RestAsk) -> bool:
    """A request must name the version of the interface."""
    return not ask.api_version


def only_previews_exist_yet(ask: RestAsk) -> bool:
    """Until the interface is generally available it has previews only."""
    return ask.api_version in STABLE


def version_is_unknown(ask: RestAsk) -> bool:
    """The version must be one that there is at this date; each exists from the day that it is named after."""
    return ask.api_version not in ask.versions


def resource_is_unknown(ask: RestAsk) -> bool:
    """Who asks a resource that does not exist, or not yet, is denied as with a wrong key."""
    if ask.resource is None:
        return ask.names_a_resource or ask.proves_something
    return not ask.is_made


def resource_is_of_a_new_customer(ask: RestAsk) -> bool:
    """Since the service closed to new customers, whoever had no resource before cannot have one."""
    return ask.is_too_late


def date_is_too_far_off(ask: RestAsk) -> bool:
    """What is signed must carry a date within 5 minutes of the service's clock."""
    return ask.skew is not None and ask.skew > SKEW


def nothing_proves_who_asks(ask: RestAsk) -> bool:
    """A request must be signed with a key of the resource, all of it, or bring a token."""
    return not ask.proves_something


def token_does_not_count(ask: RestAsk) -> bool:
    """A token must be Entra's own, for this service, of the resource's tenant and in its time."""
    token = ask.token
    if token is None:
        return False
    in_time = (token.not_before is None or token.not_before <= ask.now) and (
        token.expires is not None and ask.now < token.expires
    )
    own = ask.tenant is not None and token.tenant_id == ask.tenant.id
    return token.flaw is not None or token.audience not in AUDIENCES or not own or not in_time


def application_lacks_the_role(ask: RestAsk) -> bool:
    """Who brings a token must have a role on the resource that lets send."""
    return ask.token is not None and not ask.has_role


def shared(rule: RuleMaker, asks: type[RestAsk]) -> tuple[AnyRule, ...]:
    """Give the rules that every request of a kind meets before anything of its own."""
    refuse, defer = EffectKind.REFUSE, EffectKind.DEFER
    denied, no_resource = errors.DENIED, errors.DENIED_WITHOUT_A_RESOURCE
    return (
        rule(
            refuse,
            errors.RETIRED,
            asks=asks,
            source=sources.RETIRED,
            since=milestones.ACS_EMAIL_ENDS,
            fix=fixes.MOVE_ON,
        )(service_has_ended),
        rule(defer, errors.UNAVAILABLE, asks=asks, source=sources.UNAVAILABLE, fix=FIX_BAD_DAY)(service_is_unavailable),
        rule(defer, errors.SERVER_ERROR, asks=asks, source=sources.UNAVAILABLE, fix=FIX_BAD_DAY)(service_fails),
        rule(defer, errors.TOO_MANY_REQUESTS, asks=asks, source=sources.RATE, fix=_WAIT)(service_is_busy),
        rule(refuse, errors.API_VERSION_MISSING, asks=asks, source=sources.API_VERSION, fix=FIX_VERSION)(
            version_is_missing
        ),
        rule(
            refuse,
            errors.API_VERSION_UNKNOWN,
            asks=asks,
            source=sources.GENERALLY_AVAILABLE,
            until=milestones.ACS_REST,
            fix=FIX_PREVIEW,
        )(only_previews_exist_yet),
        rule(refuse, errors.API_VERSION_UNKNOWN, asks=asks, source=sources.VERSIONS, fix=FIX_VERSION)(
            version_is_unknown
        ),
        rule(refuse, no_resource, asks=asks, source=sources.NO_RESOURCE, fix=FIX_RESOURCE)(resource_is_unknown),
        rule(
            refuse,
            no_resource,
            asks=asks,
            source=sources.CLOSED,
            since=milestones.ACS_CLOSED_TO_NEW_CUSTOMERS,
            fix=fixes.NEW_CUSTOMER,
        )(resource_is_of_a_new_customer),
        rule(refuse, errors.SKEWED, asks=asks, source=sources.SKEWED, rests_on=("acs_date_clock",), fix=FIX_CLOCK)(
            date_is_too_far_off
        ),
        rule(refuse, denied, asks=asks, source=sources.DENIED, fix=FIX_KEY)(nothing_proves_who_asks),
        rule(refuse, denied, asks=asks, source=sources.TOKEN, fix=FIX_BEARER)(token_does_not_count),
        rule(refuse, errors.FORBIDDEN, asks=asks, source=sources.FORBIDDEN, fix=fixes.ASSIGN)(
            application_lacks_the_role
        ),
    )
