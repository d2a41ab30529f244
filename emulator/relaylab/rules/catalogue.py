"""The one ordered catalogue: every rule of every endpoint, stage by stage. First match decides, so order is meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.acs_asks import AcsDeliveryAsk, AcsSignInAsk
from relaylab.domain.acs_rest import OutcomeAsk, RequestAsk, SendAsk, StatusAsk
from relaylab.domain.asks import Ask, DataAsk, DeliveryAsk, HelloAsk, MailAsk, MechanismAsk, RcptAsk, SignInAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import (
    AdminConsentAsk,
    AuthorizeAsk,
    DeviceAsk,
    DiscoveryAsk,
    InstanceAsk,
    SignInPageAsk,
    TokenAsk,
)
from relaylab.engine.milestones import Calendar
from relaylab.engine.readings import Readings
from relaylab.engine.rule import AnyRule, Effect
from relaylab.engine.rulebook import Catalogue, Default, Rulebook
from relaylab.rules import acs_rest, acs_smtp, entra, hve, mx, replies, sources, submission
from relaylab.rules.acs_rest import answers as rest_answers
from relaylab.rules.entra import answers
from relaylab.rules.milestones import MILESTONES
from relaylab.rules.readings import READINGS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from relaylab.domain.reply import ReplyTemplate

RULES: Final[tuple[AnyRule, ...]] = (
    *submission.connect.RULES,
    *submission.auth.RULES,
    *submission.mail.RULES,
    *submission.rcpt.RULES,
    *submission.data.RULES,
    *submission.delivery.RULES,
    *mx.connect.RULES,
    *mx.auth.RULES,
    *mx.mail.RULES,
    *mx.standing.RULES,
    *mx.incidents.RULES,
    *mx.rcpt.RULES,
    *mx.inbound.RULES,
    *mx.recipients.RULES,
    *mx.data.RULES,
    *mx.ipv6.RULES,
    *mx.spoofing.RULES,
    *mx.placement.FIRST,
    *mx.delivery.RULES,
    *mx.placement.LAST,
    *hve.connect.RULES,
    *hve.auth.RULES,
    *hve.mail.RULES,
    *hve.rcpt.RULES,
    *hve.data.RULES,
    *hve.delivery.RULES,
    *acs_smtp.connect.RULES,
    *acs_smtp.auth.RULES,
    *acs_smtp.mail.RULES,
    *acs_smtp.rcpt.RULES,
    *acs_smtp.data.RULES,
    *acs_smtp.delivery.RULES,
    *entra.discovery.RULES,
    *entra.authorize.RULES,
    *entra.sign_in.RULES,
    *entra.device_code.RULES,
    *entra.admin_consent.RULES,
    *entra.token.RULES,
    *entra.token_grant.RULES,
    *entra.token_user.RULES,
    *acs_rest.connect.RULES,
    *acs_rest.send.RULES,
    *acs_rest.status.RULES,
    *acs_rest.outcome.RULES,
    *acs_rest.delivery.RULES,
)


def _admit(stage: Stage, reply: ReplyTemplate | None = None) -> Default:
    return Default(stage, Effect(EffectKind.ADMIT, reply))


DEFAULTS: Final[Mapping[tuple[Endpoint, type[Ask]], Default]] = {
    (Endpoint.SUBMISSION, HelloAsk): _admit(Stage.CONNECT),
    (Endpoint.SUBMISSION, MechanismAsk): _admit(Stage.AUTH),
    (Endpoint.SUBMISSION, SignInAsk): _admit(Stage.AUTH, replies.AUTHENTICATED),
    (Endpoint.SUBMISSION, MailAsk): _admit(Stage.MAIL, replies.SENDER_OK),
    (Endpoint.SUBMISSION, RcptAsk): _admit(Stage.RCPT, replies.RECIPIENT_OK),
    (Endpoint.SUBMISSION, DataAsk): _admit(Stage.DATA, replies.SUBMITTED),
    (Endpoint.SUBMISSION, DeliveryAsk): _admit(Stage.DELIVERY),
    (Endpoint.MX, HelloAsk): _admit(Stage.CONNECT),
    (Endpoint.MX, MechanismAsk): _admit(Stage.AUTH),
    (Endpoint.MX, MailAsk): _admit(Stage.MAIL, replies.SENDER_OK),
    (Endpoint.MX, RcptAsk): _admit(Stage.RCPT, replies.RECIPIENT_OK),
    (Endpoint.MX, DataAsk): _admit(Stage.DATA, replies.QUEUED),
    (Endpoint.MX, DeliveryAsk): _admit(Stage.DELIVERY),
    (Endpoint.HVE, HelloAsk): _admit(Stage.CONNECT),
    (Endpoint.HVE, MechanismAsk): _admit(Stage.AUTH),
    (Endpoint.HVE, SignInAsk): _admit(Stage.AUTH, replies.AUTHENTICATED),
    (Endpoint.HVE, MailAsk): _admit(Stage.MAIL, replies.SENDER_OK),
    (Endpoint.HVE, RcptAsk): _admit(Stage.RCPT, replies.RECIPIENT_OK),
    (Endpoint.HVE, DataAsk): _admit(Stage.DATA, replies.SUBMITTED),
    (Endpoint.HVE, DeliveryAsk): _admit(Stage.DELIVERY),
    (Endpoint.ACS_SMTP, HelloAsk): _admit(Stage.CONNECT),
    (Endpoint.ACS_SMTP, MechanismAsk): _admit(Stage.AUTH),
    (Endpoint.ACS_SMTP, AcsSignInAsk): _admit(Stage.AUTH, replies.AUTHENTICATED),
    (Endpoint.ACS_SMTP, MailAsk): _admit(Stage.MAIL, replies.SENDER_OK),
    (Endpoint.ACS_SMTP, RcptAsk): _admit(Stage.RCPT, replies.RECIPIENT_OK),
    (Endpoint.ACS_SMTP, DataAsk): _admit(Stage.DATA, replies.SUBMITTED),
    (Endpoint.ACS_SMTP, AcsDeliveryAsk): _admit(Stage.DELIVERY),
    (Endpoint.ENTRA, DiscoveryAsk): _admit(Stage.DISCOVERY, answers.DOCUMENT),
    (Endpoint.ENTRA, InstanceAsk): _admit(Stage.DISCOVERY, answers.DOCUMENT),
    (Endpoint.ENTRA, AuthorizeAsk): _admit(Stage.AUTHORIZE, answers.SIGN_IN_PAGE),
    (Endpoint.ENTRA, SignInPageAsk): _admit(Stage.SIGN_IN, answers.SIGNED_IN),
    (Endpoint.ENTRA, DeviceAsk): _admit(Stage.DEVICE_CODE, answers.DEVICE_CODE),
    (Endpoint.ENTRA, AdminConsentAsk): _admit(Stage.ADMIN_CONSENT, answers.ADMIN_CONSENT),
    (Endpoint.ENTRA, TokenAsk): _admit(Stage.TOKEN, answers.TOKEN),
    (Endpoint.ACS_REST, RequestAsk): _admit(Stage.CONNECT),
    (Endpoint.ACS_REST, SendAsk): _admit(Stage.SEND, rest_answers.ACCEPTED),
    (Endpoint.ACS_REST, StatusAsk): _admit(Stage.STATUS, rest_answers.STATUS),
    (Endpoint.ACS_REST, OutcomeAsk): _admit(Stage.OUTCOME, rest_answers.OUT_FOR_DELIVERY),
    (Endpoint.ACS_REST, AcsDeliveryAsk): _admit(Stage.DELIVERY),
}

CATALOGUE: Final = Catalogue(
    rules=RULES, defaults=DEFAULTS, milestones=MILESTONES, readings=READINGS, default_source=sources.PROTOCOL
)


def rulebook(
    readings: Mapping[str, str] | None = None, milestones: Mapping[str, datetime | None] | None = None
) -> Rulebook:
    """Make the rulebook of Microsoft 365 under these readings, with these milestones moved.

    Raise ValueError for a reading, a value or a milestone that does not exist.
    """
    chosen = Readings.of(READINGS, readings)
    return Rulebook(CATALOGUE, Calendar.of(MILESTONES, chosen, milestones), chosen)
