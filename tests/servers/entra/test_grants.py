"""Grants that are on their way, and names and ids that a token does not open: each is told apart, with its way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from relaylab.domain.clock import parse_instant
from relaylab.domain.event import Judged
from tests.clients.errand import Outcome
from tests.clients.oauth import TENANT, WRONG_OBJECT_ID, OAuthLab, oauth_world
from tests.conftest import Emulate

DELAYED = f"""
  [tenant.token_service]
  permission_delay_minutes = 60
  [[tenant.app_registration]]
  app_id = "b0000000-0000-4000-8000-000000000004"
  client_secret = "fake-secret-b4"
  roles = ["SMTP.SendAsApp"]
  [[tenant.service_principal]]
  app_id = "b0000000-0000-4000-8000-000000000004"
  object_id = "{TENANT}"
  full_access = ["app@contoso.com"]
  send_as = ["helpdesk@contoso.com"]
  full_access_granted = 2026-11-30T23:30:00Z
"""


def explained(lab: OAuthLab) -> str:
    """What explains the last refusal, in one text."""
    told = [entry.event.decision for entry in lab.emulator.store.events if isinstance(entry.event, Judged)]
    last = next(one for one in reversed(told) if one.rule is not None and one.fix)
    return " ".join((*last.because, str(last.fix)))


def test_a_permission_that_spreads_says_since_when_and_until_when(emulate: Emulate, tmp_path: Path) -> None:
    lab = OAuthLab(emulate(world=oauth_world(DELAYED)))

    lab.send("app@contoso.com", lab.app_token("b0000000-0000-4000-8000-000000000004", "fake-secret-b4"), tmp_path)

    told = explained(lab)
    assert "FullAccess was granted at 2026-11-30T23:30:00Z, and spreads until 2026-12-01T00:30:00Z" in told
    assert "Wait until 2026-12-01T00:30:00Z" in told
    assert "Add-MailboxPermission" not in told


GRANTED = "  granted = 2026-11-30T23:30:00Z"
SPREADS = f"""
  [tenant.token_service]
  permission_delay_minutes = 60
  [[tenant.mailbox_permission]]
  identity = "closed@contoso.com"
  user = "scanner@contoso.com"
{GRANTED}
  [[tenant.recipient_permission]]
  identity = "closed@contoso.com"
  trustee = "scanner@contoso.com"
{GRANTED}
  [[tenant.app_registration]]
  app_id = "b0000000-0000-4000-8000-000000000004"
  client_secret = "fake-secret-b4"
  [[tenant.service_principal]]
  app_id = "b0000000-0000-4000-8000-000000000004"
  object_id = "{TENANT}"
  [[tenant.management_role_assignment]]
  app = "b0000000-0000-4000-8000-000000000004"
  custom_resource_scope = ["app@contoso.com"]
{GRANTED}
"""


@pytest.mark.parametrize(
    ("user", "sender", "code", "rule"),
    [
        ("closed@contoso.com", None, 535, "submission.auth.user_s_full_access_has_not_spread_yet"),
        ("scanner@contoso.com", "closed@contoso.com", 554, "submission.data.send_as_has_not_spread_yet"),
        ("app@contoso.com", None, 535, "submission.auth.role_assignment_has_not_spread_yet"),
    ],
)
def test_every_kind_of_grant_takes_its_time_to_spread(  # noqa: PLR0913, PLR0917 - a table
    emulate: Emulate, tmp_path: Path, user: str, sender: str | None, code: int, rule: str
) -> None:
    lab = OAuthLab(emulate("2026-12-01T00:29:59Z", world=oauth_world(SPREADS)))
    for_app = user == "app@contoso.com"

    def sent() -> Outcome:
        token = lab.app_token("b0000000-0000-4000-8000-000000000004", "fake-secret-b4") if for_app else ""
        return lab.send(user, token or lab.user_token()["access_token"], tmp_path, sender=sender)

    early = sent()
    assert early.answer is not None
    assert (code, rule) == (early.answer.code, lab.last_rule())
    assert "Wait until 2026-12-01T00:30:00Z" in explained(lab)
    lab.emulator.travel(parse_instant("2026-12-01T00:30:00Z"))
    assert "sent" == sent().ended


@pytest.mark.parametrize(
    ("user", "rule", "fix"),
    [
        ("front@contoso.com", "user_is_an_alias", "scanner@contoso.com in place of front@contoso.com"),
        ("Invoices", "user_is_no_mailbox", "Invoices is none"),
        ("desk@fabrikam.com", "token_is_of_another_tenant", "Fetch the token from tenant fabrikam"),
    ],
)
def test_a_name_that_the_token_does_not_open_is_told_apart(
    emulate: Emulate, tmp_path: Path, user: str, rule: str, fix: str
) -> None:
    lab = OAuthLab(emulate(world=oauth_world(scanner='proxy_addresses = ["front@contoso.com"]')))

    lab.send(user, lab.app_token(), tmp_path)

    assert f"submission.auth.{rule}" == lab.last_rule()
    told = explained(lab)
    assert fix in told
    assert "the credential:" not in told
    assert "not at all" not in told


def test_a_wrong_object_id_is_removed_before_the_right_one_is_registered(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    oauth_lab.send("app@contoso.com", oauth_lab.app_token(WRONG_OBJECT_ID, "fake-secret-4"), tmp_path)

    told = explained(oauth_lab)
    assert "Remove-ServicePrincipal -Identity 50000000-0000-4000-8000-0000000000ff, then New-ServicePrincipal" in told
