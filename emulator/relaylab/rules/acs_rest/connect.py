"""What is asked of the REST interface at all: a request that it has, by its method, of a size that is read."""

from __future__ import annotations

from typing import Final

from relaylab.domain.acs_rest import RequestAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.acs_rest import errors, sources

_rule = RuleMaker(Endpoint.ACS_REST, Stage.CONNECT)
LARGEST_BODY: Final = 32 * 1024 * 1024  # octets that are read at all, to tell who sends too much


@_rule(
    EffectKind.REFUSE,
    errors.TOO_LARGE_TO_READ,
    asks=RequestAsk,
    source=sources.REQUEST_TEXT,
    fix="Send less than 10 MB, attachments in base64 included; or send a link.",
)
def request_is_too_large_to_read(ask: RequestAsk) -> bool:
    """A request of more than 32 MB is not read to its end."""
    return ask.size > LARGEST_BODY


@_rule(
    EffectKind.REFUSE,
    errors.NO_SUCH_PATH,
    asks=RequestAsk,
    source=sources.REQUEST_TEXT,
    fix="Ask for POST /emails:send or GET /emails/operations/OPERATION, behind the endpoint; here it was {path}.",
)
def path_is_unknown(ask: RequestAsk) -> bool:
    """There are two paths, to send and to ask how a send stands, and the latter's older form."""
    return not ask.allowed


@_rule(
    EffectKind.REFUSE,
    errors.METHOD_NOT_ALLOWED,
    asks=RequestAsk,
    source=sources.REQUEST_TEXT,
    fix="Use {allowed} for {path}.",
)
def method_is_not_allowed(ask: RequestAsk) -> bool:
    """A path takes one method: POST to send, GET to ask."""
    return ask.method != ask.allowed


RULES: Final[tuple[AnyRule, ...]] = (request_is_too_large_to_read, path_is_unknown, method_is_not_allowed)
