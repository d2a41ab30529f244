"""What Exchange checks of a token: each cause by a state of the world, told by smtplib, curl and nodemailer."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jwt
import pytest

from relaylab.app.config import LoadedWorld, load_document
from relaylab.domain.clock import parse_instant
from relaylab.rules import replies
from tests.clients.curl import Curl
from tests.clients.errand import MailClient, Refused, submit
from tests.clients.nodemailer import Nodemailer
from tests.clients.oauth import (
    BY_ROLE,
    FIRMWARE,
    FOR_GRAPH,
    HAND_TO_MOUTH,
    STRANGER,
    WRONG_OBJECT_ID,
    OAuthLab,
    oauth_world,
)
from tests.clients.oauth_assertions import strange_certificate
from tests.clients.python_smtplib import Smtplib
from tests.conftest import Emulate

pytestmark = pytest.mark.clients

CLIENTS: tuple[MailClient, ...] = (Smtplib(), Curl(), Nodemailer())
IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All"
FOR_IMAP = """
  [[tenant.app_registration]]
  app_id = "b0000000-0000-4000-8000-000000000003"
  scopes = ["IMAP.AccessAsUser.All"]
"""
UNREGISTERED = """
  [[tenant.app_registration]]
  app_id = "b0000000-0000-4000-8000-000000000004"
  client_secret = "fake-secret-b4"
  roles = ["SMTP.SendAsApp"]
"""
SPREADING = f"""
  [tenant.token_service]
  permission_delay_minutes = 60
{UNREGISTERED}
  [[tenant.service_principal]]
  app_id = "b0000000-0000-4000-8000-000000000004"
  object_id = "50000000-0000-4000-8000-0000000000b4"
  full_access = ["app@contoso.com"]
  full_access_granted = 2026-11-30T23:30:00Z
"""


def off_for_the_tenant() -> LoadedWorld:
    document = copy.deepcopy(oauth_world().document)
    document["tenant"][0]["transport_config"]["smtp_client_authentication_disabled"] = True
    return load_document(document, "entra_world.toml")


def of_somebody_else(lab: OAuthLab) -> str:
    """A token that says what Entra's says, signed by another."""
    claims = jwt.decode(lab.app_token(), options={"verify_signature": False})
    header = {"kid": jwt.get_unverified_header(lab.app_token())["kid"]}
    return jwt.encode(claims, strange_certificate().key, "RS256", header)


def of_a_key_that_is_gone(lab: OAuthLab) -> str:
    token = lab.app_token()
    lab.emulator.entra.rotate_signing_keys(keep_old=False)
    return token


def at(instant: str, app_id: str = "", secret: str = "") -> Callable[[OAuthLab], str]:
    """Get an application's token, and use it at that instant."""

    def later(lab: OAuthLab) -> str:
        token = lab.app_token(app_id, secret) if app_id else lab.app_token()
        lab.emulator.travel(parse_instant(instant))
        return token

    return later


def of_app(app_id: str, secret: str) -> Callable[[OAuthLab], str]:
    return lambda lab: lab.app_token(app_id, secret)


def of_user(user: str = "scanner@contoso.com", password: str = "fake tray 2", **form: str) -> Callable[[OAuthLab], str]:
    return lambda lab: str(lab.user_token(user, password, **form)["access_token"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a token does not help: how it was got, who signs in with it, and what is answered where."""

    rule: str
    token: Callable[[OAuthLab], str]
    user: str = "app@contoso.com"
    sender: str | None = None
    world: Callable[[], LoadedWorld] = oauth_world
    line: tuple[int, str] = (535, "5.7.3")
    stage: Refused = Refused.SIGN_IN


CAUSES: dict[str, Cause] = {
    "a refresh token": Cause(
        rule="auth.token_is_unreadable",
        token=lambda lab: str(lab.user_token()["refresh_token"]),
        user="scanner@contoso.com",
    ),
    "signed by somebody else": Cause(rule="auth.token_signature_does_not_count", token=of_somebody_else),
    "signed with a key that is gone": Cause(rule="auth.token_signature_does_not_count", token=of_a_key_that_is_gone),
    "a clock that is slow": Cause(rule="auth.token_is_not_valid_yet", token=at("2026-11-30T23:54:59Z")),
    "an hour old": Cause(rule="auth.token_has_expired", token=at("2026-12-01T01:00:00Z")),
    "seconds to live": Cause(
        rule="auth.token_has_expired", token=at("2026-12-01T00:00:21Z", HAND_TO_MOUTH, "fake-secret-a")
    ),
    "for Graph": Cause(rule="auth.token_is_for_another_service", token=of_app(FOR_GRAPH, "fake-secret-7")),
    "a user's for Graph": Cause(
        rule="auth.token_is_for_another_service",
        token=of_user(client_id=FIRMWARE, scope="https://graph.microsoft.com/SMTP.Send"),
        user="scanner@contoso.com",
    ),
    "of another tenant": Cause(
        rule="auth.token_is_of_another_tenant", token=OAuthLab.app_token, user="desk@fabrikam.com"
    ),
    "user= is the application": Cause(rule="auth.user_is_no_mailbox", token=OAuthLab.app_token, user="Invoices"),
    "of a guest": Cause(
        rule="auth.guest_has_no_mailbox",
        token=of_user("visitor@contoso.com", "fake visitor"),
        user="visitor@contoso.com",
    ),
    "nobody consented": Cause(rule="auth.app_lacks_the_role", token=of_app(STRANGER, "fake-secret-3")),
    "RBAC does not cover it": Cause(
        rule="auth.app_lacks_the_role", token=of_app(BY_ROLE, "fake-secret-5"), user="closed@contoso.com"
    ),
    "for IMAP": Cause(
        rule="auth.token_lacks_the_scope",
        token=of_user(client_id="b0000000-0000-4000-8000-000000000003", scope=IMAP),
        user="scanner@contoso.com",
        world=lambda: oauth_world(FOR_IMAP),
    ),
    "no service principal": Cause(
        rule="auth.service_principal_is_not_registered",
        token=of_app("b0000000-0000-4000-8000-000000000004", "fake-secret-b4"),
        world=lambda: oauth_world(UNREGISTERED),
    ),
    "the other object id": Cause(
        rule="auth.service_principal_has_another_object_id", token=of_app(WRONG_OBJECT_ID, "fake-secret-4")
    ),
    "a mailbox of somebody else": Cause(
        rule="auth.user_may_not_open_the_mailbox", token=of_user(), user="helpdesk@contoso.com"
    ),
    "the mailbox switch": Cause(
        rule="auth.smtp_auth_is_disabled_for_the_mailbox",
        token=OAuthLab.app_token,
        user="off@contoso.com",
        line=(535, "5.7.139"),
    ),
    "the tenant switch": Cause(
        rule="auth.smtp_auth_is_disabled_for_the_tenant",
        token=OAuthLab.app_token,
        world=off_for_the_tenant,
        line=(535, "5.7.139"),
    ),
    "no FullAccess": Cause(
        rule="data.application_may_not_open_the_mailbox",
        token=OAuthLab.app_token,
        user="closed@contoso.com",
        line=(430, "4.2.0"),
        stage=Refused.MESSAGE,
    ),
    "FullAccess that has not spread": Cause(
        rule="data.full_access_has_not_spread_yet",
        token=at("2026-12-01T00:29:59Z", "b0000000-0000-4000-8000-000000000004", "fake-secret-b4"),
        world=lambda: oauth_world(SPREADING),
        line=(430, "4.2.0"),
        stage=Refused.MESSAGE,
    ),
    "another From": Cause(
        rule="data.mailbox_may_not_send_as",
        token=OAuthLab.app_token,
        sender="helpdesk@contoso.com",
        line=(554, "5.2.252"),
        stage=Refused.MESSAGE,
    ),
}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: type(client).__name__.lower())
@pytest.mark.parametrize("name", CAUSES)
def test_each_cause_has_its_line_at_its_stage(
    oauth_lab: OAuthLab, tmp_path: Path, client: MailClient, name: str
) -> None:
    cause = CAUSES[name]
    oauth_lab.emulator.reset(world=cause.world())
    token = cause.token(oauth_lab)

    errand = submit(oauth_lab.emulator, user=cause.user, password=None, token=token, sender=cause.sender)
    outcome = client.send(errand, tmp_path)

    assert client.refused[cause.stage] == outcome.ended, outcome.output
    assert outcome.answer is not None
    assert cause.line == (outcome.answer.code, outcome.answer.enhanced)
    assert f"submission.{cause.rule}" == oauth_lab.last_rule()
    assert 0 == len(oauth_lab.emulator.store.mail)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: type(client).__name__.lower())
def test_full_access_that_has_spread_sends(emulate: Emulate, tmp_path: Path, client: MailClient) -> None:
    lab = OAuthLab(emulate(world=oauth_world(SPREADING)))
    token = lab.app_token("b0000000-0000-4000-8000-000000000004", "fake-secret-b4")
    lab.emulator.travel(parse_instant("2026-12-01T00:30:00Z"))

    outcome = client.send(submit(lab.emulator, user="app@contoso.com", password=None, token=token), tmp_path)

    assert client.sent == outcome.ended, outcome.output


def test_curl_sees_the_235_before_the_430(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    errand = submit(oauth_lab.emulator, user="closed@contoso.com", password=None, token=oauth_lab.app_token())

    told = [line for line in Curl().send(errand, tmp_path).output.splitlines() if line.startswith("< ")]

    signed_in = told.index("< 235 2.7.0 Authentication successful")
    refused = next(n for n, line in enumerate(told) if line.startswith(f"< {int(replies.MAILBOX_LOGON_FAILURE.code)} "))
    assert ["< 250 ", "< 250 ", "< 354 "] == [line[:6] for line in told[signed_in + 1 : refused]]
