"""Consent is to a permission: what nobody consented to is 65001, whatever else the application may do."""

from __future__ import annotations

from urllib.parse import urlencode

import jwt
import pytest

from tests.clients.oauth import STRANGER, USER_SCOPE, OAuthLab, answered, form_of, oauth_world
from tests.conftest import Emulate

IMAP_SCOPE = "https://outlook.office.com/IMAP.AccessAsUser.All"
REDIRECT = "https://client.example/answer"
SECRET = "fake-secret-3"


def consent(lab: OAuthLab, scope: str) -> int:
    query = {"client_id": STRANGER, "scope": scope, "redirect_uri": REDIRECT, "response_type": "code"}
    where = f"/contoso.com/oauth2/v2.0/authorize?{urlencode(query)}"
    return lab.sign_in(where, "scanner@contoso.com", "fake tray 2", consent="1").status_code


def codes(lab: OAuthLab, scope: str, user: str = "scanner@contoso.com", password: str = "fake tray 2") -> list[int]:
    said = lab.user_token(user, password, client_id=STRANGER, client_secret=SECRET, scope=scope)
    return list(said.get("error_codes", ()))


def accept_for_everybody(lab: OAuthLab) -> None:
    form = {"client_id": STRANGER, "redirect_uri": REDIRECT, "action": "accept"}
    with lab.http() as http:
        http.post("/contoso.com/adminconsent/answer", data=form)


def test_a_permission_that_the_user_did_not_consent_to_is_65001(oauth_lab: OAuthLab) -> None:
    assert 302 == consent(oauth_lab, USER_SCOPE)

    assert [] == codes(oauth_lab, USER_SCOPE)
    assert [] == codes(oauth_lab, "https://outlook.office365.com/SMTP.Send")
    assert [65001] == codes(oauth_lab, IMAP_SCOPE)
    assert [65001] == codes(oauth_lab, f"{USER_SCOPE} {IMAP_SCOPE}")
    assert [65001] == codes(oauth_lab, "https://graph.microsoft.com/SMTP.Send")
    assert [65001] == codes(oauth_lab, USER_SCOPE, "app@contoso.com", "fake app 1")


def test_consents_to_several_permissions_add_up(oauth_lab: OAuthLab) -> None:
    consent(oauth_lab, USER_SCOPE)
    consent(oauth_lab, IMAP_SCOPE)

    assert [] == codes(oauth_lab, f"{USER_SCOPE} {IMAP_SCOPE}")


def test_a_refresh_does_not_widen_what_was_consented_to(oauth_lab: OAuthLab) -> None:
    consent(oauth_lab, USER_SCOPE)
    own = {"client_id": STRANGER, "client_secret": SECRET}
    refresh = oauth_lab.user_token(**own)["refresh_token"]

    said = oauth_lab.ask(grant_type="refresh_token", refresh_token=refresh, scope=IMAP_SCOPE, **own).json()

    assert [65001] == said["error_codes"]


def test_an_administrator_consents_to_what_is_registered_and_to_no_more(oauth_lab: OAuthLab) -> None:
    before = oauth_lab.app_token(STRANGER, SECRET)
    accept_for_everybody(oauth_lab)
    after = oauth_lab.app_token(STRANGER, SECRET)

    roles = [jwt.decode(token, options={"verify_signature": False}).get("roles") for token in (before, after)]
    assert [None, ["SMTP.SendAsApp"]] == roles
    assert [] == codes(oauth_lab, USER_SCOPE, "app@contoso.com", "fake app 1")
    assert [65001] == codes(oauth_lab, IMAP_SCOPE)


def test_a_consent_is_in_the_state_that_a_snapshot_keeps(oauth_lab: OAuthLab) -> None:
    consent(oauth_lab, USER_SCOPE)
    state = oauth_lab.emulator.entra.state
    dumped = state.dump()
    state.clear()
    state.load(dumped)

    assert [] == codes(oauth_lab, USER_SCOPE)
    assert [65001] == codes(oauth_lab, IMAP_SCOPE)


SEVERAL = "b0000000-0000-4000-8000-000000000007"
TRAVELLER = f"""
  [[tenant.app_registration]]
  app_id = "{SEVERAL}"
  client_secret = "fake"
  roles = ["SMTP.SendAsApp"]
  redirect_uris = ["{REDIRECT}"]
  sign_in_audience = "AzureADMultipleOrgs"
"""


@pytest.mark.parametrize(
    ("tenant", "changes", "code"),
    [
        ("contoso.com", {"client_id": "nobody"}, 700016),
        ("contoso.com", {"redirect_uri": "https://elsewhere.example"}, 50011),
        ("contoso.com", {"client_id": ""}, 900144),
        ("northwind.example", {}, 90002),
        ("organizations", {}, 50194),
        ("fabrikam.com", {}, 700016),
    ],
)
def test_each_cause_against_admin_consent_has_its_sentence(
    oauth_lab: OAuthLab, tenant: str, changes: dict[str, str], code: int
) -> None:
    with oauth_lab.http() as http:
        query = {"client_id": STRANGER, "redirect_uri": REDIRECT} | changes
        answer = http.get(f"/{tenant}/v2.0/adminconsent", params=query)

    assert 400 == answer.status_code
    assert f"AADSTS{code}:" in answer.text
    assert str(oauth_lab.last_rule()).startswith("entra.admin_consent.")


def test_consent_installs_an_application_of_several_tenants_where_the_administrator_is(emulate: Emulate) -> None:
    lab = OAuthLab(emulate(world=oauth_world(TRAVELLER)))
    asked = {"client_id": SEVERAL, "scope": "https://outlook.office365.com/.default", "client_secret": "fake"}

    def codes_at_fabrikam() -> list[int]:
        said = lab.ask(tenant="fabrikam.com", grant_type="client_credentials", **asked).json()
        return list(said.get("error_codes", ()))

    before = codes_at_fabrikam()
    with lab.http() as http:
        query = {"client_id": SEVERAL, "redirect_uri": REDIRECT, "state": "s-1"}
        action, hidden = form_of(http.get("/organizations/v2.0/adminconsent", params=query).text)
        form = hidden | {"login": "desk@fabrikam.com", "action": "accept"}
        wrong = http.post(action, data=form | {"passwd": "wrong"})
        back = http.post(action, data=form | {"passwd": "fake desk"})

    assert [700016] == before
    assert "AADSTS50126" in wrong.text
    told = {"tenant": "f0000000-0000-4000-8000-000000000001", "admin_consent": "True", "state": "s-1"}
    assert told == answered(back)
    assert [] == codes_at_fabrikam()
