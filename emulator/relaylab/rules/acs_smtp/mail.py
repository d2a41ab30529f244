"""MAIL FROM at smtp.azurecomm.net: TLS and a sign-in come first; who may send is judged at the end of DATA."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import MailAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import milestones, replies
from relaylab.rules.acs import fixes, limits, smtp_sources, sources

_rule = RuleMaker(Endpoint.ACS_SMTP, Stage.MAIL)
_AT_MAIL: Final = (("acs_sender_checks", "mail"),)


@_rule(
    EffectKind.DEFER,
    replies.STARTTLS_REQUIRED,
    asks=MailAsk,
    source=smtp_sources.TLS_FIRST,
    fix="Turn on STARTTLS in the sender (port 587 or 25; 465 is not served).",
)
def starttls_is_required(ask: MailAsk) -> bool:
    """Mail is taken inside TLS only."""
    return ask.tls is None


@_rule(
    EffectKind.REFUSE,
    replies.NOT_AUTHENTICATED,
    asks=MailAsk,
    source=smtp_sources.EXCHANGE_STYLE,
    fix="Give the sender credentials, or mend those that AUTH refused before it went on.",
)
def sender_is_anonymous(ask: MailAsk) -> bool:
    """Mail is taken from a signed-in client only."""
    return ask.acs is None


@_rule(
    EffectKind.REFUSE,
    replies.ACS_ENDED,
    asks=MailAsk,
    source=sources.END_OF_EMAIL,
    since=milestones.ACS_EMAIL_ENDS,
    fix=fixes.MOVE_ON,
)
def service_has_ended(ask: MailAsk) -> bool:
    """Once ACS Email has ended, who had signed in before sends nothing more."""
    del ask
    return True


@_rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE,
    asks=MailAsk,
    source=sources.SIZE,
    fix=fixes.SMALLER,
)
def declared_size_is_too_large(ask: MailAsk) -> bool:
    """A message that announces more than 10 MB is refused before it is sent."""
    return ask.declared_size is not None and ask.declared_size > limits.MESSAGE_SIZE


@_rule(
    EffectKind.REFUSE,
    replies.ACS_DOMAIN_NOT_LINKED,
    asks=MailAsk,
    source=sources.DOMAIN_NOT_LINKED,
    under=_AT_MAIL,
    fix=fixes.LINK,
)
def domain_is_not_linked(ask: MailAsk) -> bool:
    """Under one reading a sender in a domain that is not linked is refused at MAIL already."""
    return ask.acs is not None and ask.mail_from is not None and not ask.acs.links(ask.mail_from.domain)


@_rule(
    EffectKind.REFUSE,
    replies.ACS_SENDER_USERNAME,
    asks=MailAsk,
    source=sources.SENDER_USERNAME,
    under=_AT_MAIL,
    fix=fixes.USERNAME,
)
def sender_username_is_unknown(ask: MailAsk) -> bool:
    """Under one reading a sender that is no configured MailFrom address is refused at MAIL already."""
    return ask.acs is not None and ask.mail_from is not None and ask.mail_from not in ask.acs.mail_froms


RULES: Final[tuple[AnyRule, ...]] = (
    starttls_is_required,
    sender_is_anonymous,
    service_has_ended,
    declared_size_is_too_large,
    domain_is_not_linked,
    sender_username_is_unknown,
)
