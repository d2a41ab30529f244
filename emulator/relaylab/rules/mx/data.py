"""The end of DATA at the tenant MX: here, not at RCPT, an unattributed sender learns that it may not relay."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import DataAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import limits, replies, sources
from relaylab.rules.mx import fixes

_rule = RuleMaker(Endpoint.MX, Stage.DATA)


def _may_not_leave(ask: DataAsk) -> bool:
    return bool(ask.outside) and not ask.attribution.may_relay


@_rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE,
    asks=DataAsk,
    source=sources.MX_SIZE,
    fix=fixes.SEND_LESS,
)
def message_is_too_large(ask: DataAsk) -> bool:
    """A message of more than 150 MiB is refused."""
    return ask.size > limits.MESSAGE_SIZE


@_rule(
    EffectKind.REFUSE,
    replies.RELAY_DENIED,
    asks=DataAsk,
    source=sources.RELAY_RULE,
    under=(("relay_denied_stage", "data"),),
    fix=f"{fixes.NEAREST}{fixes.SEND_AS_THE_TENANT}",
)
def relay_is_denied_to_a_foreign_sender(ask: DataAsk) -> bool:
    """A connector that knows the client does not relay for a MAIL FROM that is empty or not the tenant's."""
    return _may_not_leave(ask) and ask.attribution.lacks_the_sender


@_rule(
    EffectKind.REFUSE,
    replies.RELAY_DENIED,
    asks=DataAsk,
    source=sources.UNTRUSTED_CERTIFICATE,
    under=(("relay_denied_stage", "data"),),
    fix=f"{fixes.NEAREST}Give the sender a certificate of a public authority that is valid today, and have it send the "
    f"intermediate certificates as well; this one, for {{certificate}}, identifies nobody. {fixes.OR_BY_ADDRESS}",
)
def relay_is_denied_with_an_untrusted_certificate(ask: DataAsk) -> bool:
    """A certificate whose chain is not trusted is as good as none."""
    shown = ask.tls.client_certificate if ask.tls else None
    return _may_not_leave(ask) and shown is not None and not shown.is_trusted_at(ask.now)


@_rule(
    EffectKind.REFUSE,
    replies.RELAY_DENIED,
    asks=DataAsk,
    source=sources.CERTIFICATE_NAME,
    under=(("relay_denied_stage", "data"),),
    fix=f'{fixes.NEAREST}New-InboundConnector -Name "by certificate" -ConnectorType OnPremises -SenderDomains * '
    f"-TlsSenderCertificateName with a name of the certificate ({{certificate}}) whose domain is an accepted domain. "
    f"{fixes.OR_BY_ADDRESS}",
)
def relay_is_denied_with_another_certificate(ask: DataAsk) -> bool:
    """A certificate that no connector names relays nothing, however good it is."""
    shown = ask.tls.client_certificate if ask.tls else None
    return _may_not_leave(ask) and shown is not None


@_rule(
    EffectKind.REFUSE,
    replies.RELAY_DENIED,
    asks=DataAsk,
    source=sources.IPV6_MATCHES_NOTHING,
    under=(("relay_denied_stage", "data"),),
    fix=f"{fixes.NEAREST}{fixes.USE_IPV4}.",
)
def relay_is_denied_over_ipv6(ask: DataAsk) -> bool:
    """A sender that arrives over IPv6 matches no connector by address, though its IPv4 address be on one."""
    return _may_not_leave(ask) and ask.peer.ip.version == 6


@_rule(
    EffectKind.REFUSE,
    replies.RELAY_DENIED,
    asks=DataAsk,
    source=sources.RELAY_RULE,
    under=(("relay_denied_stage", "data"),),
    fix=f"{fixes.NEAREST}{fixes.ADD_A_CONNECTOR} and send from an accepted domain; or send to {{recipient}} by SMTP "
    "AUTH with OAuth.",
)
def relay_is_denied(ask: DataAsk) -> bool:
    """Mail to the outside needs a connector for the sending address and a MAIL FROM in an accepted domain."""
    return _may_not_leave(ask)


@_rule(
    EffectKind.REFUSE,
    replies.HOP_COUNT,
    asks=DataAsk,
    source=sources.HOP_COUNT,
    fix="Find the two servers that hand the message to each other: a forward, or a connector back to Exchange Online.",
)
def message_goes_in_circles(ask: DataAsk) -> bool:
    """A message that has passed too many servers is taken for one that goes in circles."""
    return ask.head.hops > limits.HOPS


@_rule(
    EffectKind.REFUSE,
    replies.TOO_MANY_PARTS,
    asks=DataAsk,
    source=sources.MIME_PARTS,
    fix="Send fewer attachments in a message, or put them into an archive.",
)
def message_has_too_many_parts(ask: DataAsk) -> bool:
    """A message of more than 1,000 MIME parts is refused."""
    return ask.excessive_parts > 0


@_rule(
    EffectKind.REFUSE,
    replies.NO_FROM_HEADER,
    asks=DataAsk,
    source=sources.NO_FROM_HEADER,
    fix="Have the sender write a From header with one valid address.",
)
def message_has_no_valid_from(ask: DataAsk) -> bool:
    """A message that comes in without a valid address in From is refused; what is relayed out is not looked at."""
    return not ask.attribution.may_relay and ask.head.from_address is None


RULES: Final[tuple[AnyRule, ...]] = (
    message_is_too_large,
    relay_is_denied_to_a_foreign_sender.only_under(relay_denied_text="tenant_attribution"),
    relay_is_denied_to_a_foreign_sender.saying(
        replies.RELAY_DENIED_ATTR36, sources.RELAY_DENIED_ATTR36, relay_denied_text="attr36"
    ),
    relay_is_denied_with_an_untrusted_certificate,
    relay_is_denied_with_another_certificate,
    relay_is_denied_over_ipv6,
    relay_is_denied,
    message_goes_in_circles,
    message_has_too_many_parts,
    message_has_no_valid_from,
)
