"""AUTH XOAUTH2 at smtp.azurecomm.net: what is checked of a token. All of it fails with one line, 535 5.7.3."""

from __future__ import annotations

from typing import Final

from relaylab.domain.acs_asks import AcsSignInAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.token import ACS_AUDIENCE, TokenFlaw
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies
from relaylab.rules.acs import smtp_sources

_rule = RuleMaker(Endpoint.ACS_SMTP, Stage.AUTH)

_ASK_FOR = "Ask Entra for the scope https://communication.azure.com/.default with client credentials of {app_id}"


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.TOKEN,
    fix="Send the access_token of the token endpoint's answer, whole and alone.",
)
def token_is_unreadable(ask: AcsSignInAsk) -> bool:
    """A token must be a JWT that can be read."""
    return ask.token is not None and ask.token.flaw is TokenFlaw.UNREADABLE


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.TOKEN,
    fix=f"{_ASK_FOR} in directory {{directory}}, and pass the token on unchanged.",
)
def token_signature_does_not_count(ask: AcsSignInAsk) -> bool:
    """A token must be signed by Entra."""
    return ask.token is not None and ask.token.flaw is not None


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.TOKEN,
    fix="Set the clock of whoever uses the token right, or use a token only from its nbf on.",
)
def token_is_not_valid_yet(ask: AcsSignInAsk) -> bool:
    """A token is good from its nbf on."""
    return ask.token is not None and ask.token.not_before is not None and ask.now < ask.token.not_before


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.TOKEN,
    fix="Fetch a new token: it is good for about an hour, so refresh it before each connection.",
)
def token_has_expired(ask: AcsSignInAsk) -> bool:
    """A token is good until its exp, and must have one."""
    return ask.token is not None and (ask.token.expires is None or ask.token.expires <= ask.now)


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.TOKEN_AUDIENCE,
    fix=f"{_ASK_FOR}: a token for {{audience}} does not open ACS.",
)
def token_is_for_another_service(ask: AcsSignInAsk) -> bool:
    """The audience must be Azure Communication Services; a token for Exchange Online or Graph is none."""
    return ask.token is not None and ask.token.audience.rstrip("/") != ACS_AUDIENCE


@_rule(
    EffectKind.REFUSE,
    replies.ACS_UNSUCCESSFUL,
    asks=AcsSignInAsk,
    source=smtp_sources.XOAUTH2,
    fix=f"{_ASK_FOR}: the SMTP username {{user}} belongs to it, and the token is application {{token_app}}'s.",
)
def token_is_of_another_application(ask: AcsSignInAsk) -> bool:
    """The token must be that of the application, for itself, that the name stands for, in its tenant."""
    return ask.token is not None and not (
        ask.token.is_for_an_app and ask.token.app_id == ask.app_id and ask.token.tenant_id == ask.directory_id
    )


RULES: Final[tuple[AnyRule, ...]] = (
    token_is_unreadable,
    token_signature_does_not_count,
    token_is_not_valid_yet,
    token_has_expired,
    token_is_for_another_service,
    token_is_of_another_application,
)
