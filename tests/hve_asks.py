"""Asks of High Volume Email that are in order: name what matters to the test, leave the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from relaylab.domain.asks import DataAsk, DeliveryAsk, MailAsk, MechanismAsk, RcptAsk, SignInAsk
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.hve import HveAccount, HveSender
from relaylab.domain.secret import Secret
from relaylab.domain.tenant import Tenant
from relaylab.domain.token import TokenFacts
from relaylab.domain.world import World
from tests.builders import (
    PASSWORD,
    TODAY,
    a_data_ask,
    a_delivery_ask,
    a_mail_ask,
    a_mechanism_ask,
    a_rcpt_ask,
    a_stranger_s_sign_in_ask,
    a_tenant,
    a_token_ask,
    a_world,
    an_address,
)
from tests.entra_asks import OBJECT_ID, a_token

ADDRESS: Final = "bulk@contoso.com"
HVE: Final = Endpoint.HVE


def an_hve_account(address: str = ADDRESS, **changes: object) -> HveAccount:
    """An account with a password, a valid billing policy and the application of all builders on its Allowed Apps."""
    account = HveAccount(address=an_address(address), password=Secret(PASSWORD), allowed_apps=(OBJECT_ID,))
    return replace(account, **changes)  # type: ignore[arg-type]


def an_hve_tenant(account: HveAccount | None = None, **changes: object) -> Tenant:
    """Contoso with one High Volume Email account beside its mailbox."""
    return a_tenant(**({"hve_accounts": (account or an_hve_account(),)} | changes))  # type: ignore[arg-type]


def an_hve_world(account: HveAccount | None = None, **changes: object) -> World:
    """The world of that tenant alone."""
    return a_world(an_hve_tenant(account, **changes))


def an_hve_sender(account: HveAccount | None = None, **changes: object) -> HveSender:
    """The account, signed in by password."""
    return replace(HveSender(account=account or an_hve_account()), **changes)  # type: ignore[arg-type]


def an_hve_mechanism_ask(name: str = "LOGIN", **changes: object) -> MechanismAsk:
    """AUTH inside TLS."""
    return replace(a_mechanism_ask(name, endpoint=HVE), **changes)  # type: ignore[arg-type]


def an_hve_sign_in_ask(
    account: HveAccount | None = None, *, tenant: Tenant | None = None, now: str | datetime = TODAY, **changes: object
) -> SignInAsk:
    """The right password of the account; the policy is the one that the tenant has for it."""
    own = account or an_hve_account()
    home = tenant or an_hve_tenant(own)
    facts = {"endpoint": HVE, "user": str(own.address), "tenant": home, "mailbox": None, "policy": home.policy_of(own)}
    facts |= {"hve": an_hve_sender(own)}
    return replace(a_token_ask(now=now), **(facts | {"mechanism": _LOGIN} | changes))  # type: ignore[arg-type]


def an_hve_token_ask(token: TokenFacts | None = None, **changes: object) -> SignInAsk:
    """The right token of an application that may use the account."""
    own = token or an_hve_token()
    sender = an_hve_sender(app_object_id=own.object_id, expires=own.expires)
    return an_hve_sign_in_ask(**({"mechanism": _XOAUTH2, "token": own, "hve": sender} | changes))  # type: ignore[arg-type]


def an_hve_token(**changes: object) -> TokenFacts:
    """A token of an application with Mail.Send."""
    return a_token(**({"roles": ("Mail.Send",)} | changes))


def a_stranger_s_hve_sign_in_ask(**changes: object) -> SignInAsk:
    """A password for a name that nobody has."""
    return a_stranger_s_sign_in_ask(**({"endpoint": HVE} | changes))  # type: ignore[arg-type]


def an_hve_mail_ask(mail_from: str | None = ADDRESS, **changes: object) -> MailAsk:
    """MAIL of the account that signed in."""
    facts = {"hve": an_hve_sender(), "tenant": an_hve_tenant()}
    return replace(a_mail_ask(mail_from, endpoint=HVE), **(facts | changes))  # type: ignore[arg-type]


def an_hve_rcpt_ask(
    recipient: str = "scanner@contoso.com", *, world: World | None = None, **changes: object
) -> RcptAsk:
    """RCPT for the first recipient of a message of the account."""
    home = world or an_hve_world()
    facts = {"hve": an_hve_sender(), "tenant": home.tenants[0]}
    ask = a_rcpt_ask(recipient, mail_from=ADDRESS, world=home, endpoint=HVE)
    return replace(ask, **(facts | changes))  # type: ignore[arg-type]


def an_hve_data_ask(*recipients: str, mail_from: str | None = ADDRESS, **changes: object) -> DataAsk:
    """A small complete message of the account to somebody inside."""
    ask = a_data_ask(*(recipients or ("scanner@contoso.com",)), mail_from=mail_from, endpoint=HVE)
    tenant = an_hve_tenant()
    leaving = tuple(one for one in ask.envelope.recipients if not tenant.owns(one.domain))
    facts = {"hve": an_hve_sender(), "tenant": tenant, "leaving": leaving}
    return replace(ask, **(facts | changes))  # type: ignore[arg-type]


def an_hve_delivery_ask(
    recipient: str = "scanner@contoso.com", *, world: World | None = None, **changes: object
) -> DeliveryAsk:
    """The only copy of a small message of the account."""
    home = world or an_hve_world()
    facts = {"hve": an_hve_sender(), "tenant": home.tenants[0]}
    ask = a_delivery_ask(recipient, mail_from=ADDRESS, world=home, endpoint=HVE)
    return replace(ask, **(facts | changes))  # type: ignore[arg-type]


_LOGIN: Final = an_hve_mechanism_ask("LOGIN").mechanism
_XOAUTH2: Final = an_hve_mechanism_ask("XOAUTH2").mechanism
