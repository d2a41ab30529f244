"""``POST /emails:send``: who asks, then the body, the sender, its size and recipients, and at last the rate.

The order is inferred from what each check needs. Conditions on the message are those of ``rules.acs.sending``, which
SMTP asks as well.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.acs_rest import SendAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.rest_message import FlawKind
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.acs import fixes, limits, sending
from relaylab.rules.acs_rest import conditions, errors, sources

_rule = RuleMaker(Endpoint.ACS_REST, Stage.SEND)
_FIX_BODY: Final = (
    "Send JSON as Microsoft's interface has it (docs/acs-rest.md): senderAddress, content with a subject and plainText "
    "or html, recipients.to; here {wrong}."
)
_RESERVED: Final = frozenset({FlawKind.CONTENT_ID, FlawKind.MESSAGE_ID})

(
    service_has_ended,
    service_is_unavailable,
    service_fails,
    service_is_busy,
    version_is_missing,
    only_previews_exist_yet,
    version_is_unknown,
    resource_is_unknown,
    resource_is_of_a_new_customer,
    date_is_too_far_off,
    nothing_proves_who_asks,
    token_does_not_count,
    application_lacks_the_role,
) = conditions.shared(_rule, SendAsk)


@_rule(EffectKind.REFUSE, errors.BODY, asks=SendAsk, source=sources.BODY, fix=_FIX_BODY)
def body_is_no_json(ask: SendAsk) -> bool:
    """The body must be one JSON object, in UTF-8."""
    return ask.flaw is not None and ask.flaw.kind is FlawKind.NOT_JSON


@_rule(
    EffectKind.REFUSE,
    errors.ADDRESS,
    asks=SendAsk,
    source=sources.ADDRESS,
    fix="Correct the address at {at}: it must be one address, without a name.",
)
def address_is_malformed(ask: SendAsk) -> bool:
    """Every address must be one."""
    return ask.flaw is not None and ask.flaw.kind is FlawKind.ADDRESS


@_rule(
    EffectKind.REFUSE, errors.BODY, asks=SendAsk, source=sources.TO_RECIPIENTS, fix="Name somebody in {at}, cc or bcc."
)
def nobody_is_written_to(ask: SendAsk) -> bool:
    """A message needs a recipient; with cc or bcc an empty list in to is enough."""
    return ask.flaw is not None and ask.flaw.kind is FlawKind.NO_RECIPIENT


@_rule(
    EffectKind.REFUSE,
    errors.BODY,
    asks=SendAsk,
    source=sources.RESERVED_HEADERS,
    fix="Correct it ({wrong}), or leave out the header x-ms-acsemail-validate-message-id, or set "
    "x-ms-acsemail-ignore-duplicate-content-id to true.",
)
def reserved_header_makes_it_wrong(ask: SendAsk) -> bool:
    """A content id may stand once unless a reserved header allows more; a Message-ID is validated on request."""
    return ask.flaw is not None and ask.flaw.kind in _RESERVED


@_rule(EffectKind.REFUSE, errors.BODY, asks=SendAsk, source=sources.BODY, fix=_FIX_BODY)
def property_is_wrong(ask: SendAsk) -> bool:
    """Every property must have its type, and those that are required must be there."""
    return ask.flaw is not None


@_rule(
    EffectKind.REFUSE,
    errors.REPEATABILITY,
    asks=SendAsk,
    source=sources.REPEATABLE,
    fix="Send both headers, a GUID and the date of the first attempt, or use a later version: api-version=2025-09-01.",
)
def repeatability_is_missing(ask: SendAsk) -> bool:
    """In the first preview every request says under which id it may be repeated."""
    return ask.lacks_repeatability


@_rule(
    EffectKind.REFUSE,
    errors.OPERATION_ID,
    asks=SendAsk,
    source=sources.OPERATION_ID,
    fix="Send a GUID in the header Operation-Id, or leave it out.",
)
def operation_id_is_malformed(ask: SendAsk) -> bool:
    """An id that the caller chooses for the operation must be a GUID."""
    return ask.operation_id_is_malformed


@_rule(EffectKind.REFUSE, errors.DOMAIN_NOT_LINKED, asks=SendAsk, source=sources.DOMAIN_NOT_LINKED, fix=fixes.LINK)
def domain_is_not_linked(ask: SendAsk) -> bool:
    """The domain of the sender must be linked to the resource."""
    return ask.sending is not None and sending.domain_is_not_linked(ask.sending)


@_rule(
    EffectKind.REFUSE,
    errors.DOMAIN_NOT_LINKED,
    asks=SendAsk,
    source=sources.UNVERIFIED,
    fix=fixes.VERIFY,
)
def domain_is_not_verified(ask: SendAsk) -> bool:
    """A linked domain whose records are no longer verified counts as none."""
    return ask.sending is not None and sending.domain_is_not_verified(ask.sending)


@_rule(
    EffectKind.REFUSE,
    errors.SENDER,
    asks=SendAsk,
    source=sources.SENDER,
    fix=fixes.USERNAME,
)
def sender_username_is_unknown(ask: SendAsk) -> bool:
    """The local part of the sender must be a configured MailFrom address."""
    return ask.sending is not None and sending.sender_username_is_unknown(ask.sending)


@_rule(
    EffectKind.REFUSE,
    errors.RECIPIENTS,
    asks=SendAsk,
    source=sources.RECIPIENTS,
    fix=fixes.SPLIT,
)
def recipients_are_too_many(ask: SendAsk) -> bool:
    """A message goes to at most 50 recipients."""
    return ask.sending is not None and sending.recipients_are_too_many(ask.sending)


@_rule(
    EffectKind.REFUSE,
    errors.SIZE,
    asks=SendAsk,
    source=sources.SIZE,
    fix=fixes.SMALLER,
)
def request_is_too_large(ask: SendAsk) -> bool:
    """A request, attachments included, has at most 10 MB."""
    return ask.size > limits.MESSAGE_SIZE


@_rule(
    EffectKind.REFUSE,
    errors.REPEATED,
    asks=SendAsk,
    source=sources.REPEATED,
    under=(("acs_repeated_operation", "409"),),
    fix="Take it for accepted and ask for the status of operation {operation}, or send with a new Operation-Id.",
)
def operation_is_repeated(ask: SendAsk) -> bool:
    """An Operation-Id that stands for a message already is refused, so that nothing is sent twice."""
    return ask.is_repeated


@_rule(
    EffectKind.DEFER,
    errors.TOO_MANY_REQUESTS,
    asks=SendAsk,
    source=sources.RATE,
    rests_on=("acs_quota",),
    fix=f"Wait {{retry_after}} seconds, and meanwhile send nothing. {conditions.HANGING} {fixes.SLOWER}",
)
def rate_is_used_up(ask: SendAsk) -> bool:
    """So many messages go through in a minute and in an hour, by the kind of the domain; the others are refused."""
    return ask.quota is not None and ask.quota.is_used_up


RULES: Final[tuple[AnyRule, ...]] = (
    service_has_ended,
    service_is_unavailable,
    service_fails,
    service_is_busy,
    version_is_missing,
    only_previews_exist_yet,
    version_is_unknown,
    resource_is_unknown,
    resource_is_of_a_new_customer,
    date_is_too_far_off,
    nothing_proves_who_asks,
    token_does_not_count,
    application_lacks_the_role,
    repeatability_is_missing,
    body_is_no_json,
    address_is_malformed,
    nobody_is_written_to,
    reserved_header_makes_it_wrong,
    property_is_wrong,
    operation_id_is_malformed,
    domain_is_not_linked.only_under(acs_domain_not_linked="404"),
    domain_is_not_linked.saying(
        errors.DOMAIN_NOT_LINKED_403, sources.DOMAIN_NOT_LINKED_403, acs_domain_not_linked="403"
    ),
    domain_is_not_verified,
    sender_username_is_unknown,
    recipients_are_too_many,
    request_is_too_large,
    operation_is_repeated,
    rate_is_used_up,
)
