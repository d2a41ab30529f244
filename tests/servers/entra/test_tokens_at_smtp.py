"""Tokens that SMTP is shown: forged, broken, foreign, of a guest, for a shared mailbox, from before a change."""

from __future__ import annotations

import copy
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from relaylab.app.config import load_document
from relaylab.domain.clock import parse_instant
from relaylab.domain.event import Judged
from tests.clients.oauth import INVOICES, TENANT, WRONG_OBJECT_ID, OAuthLab, oauth_world
from tests.conftest import Emulate

PREFIX = "submission.auth."


def part(document: Mapping[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def with_header(token: str, **changes: object) -> str:
    _, claims, signature = token.split(".")
    return ".".join([part(jwt.get_unverified_header(token) | changes), claims, signature])


def with_claims(token: str, **changes: object) -> str:
    header, _, signature = token.split(".")
    return ".".join([header, part(jwt.decode(token, options={"verify_signature": False}) | changes), signature])


def unsigned(token: str) -> str:
    return ".".join([part({"alg": "none", "typ": "JWT"}), token.split(".")[1], ""])


FORGERIES: dict[str, tuple[Callable[[str], str], str]] = {
    "alg none": (unsigned, "token_signature_does_not_count"),
    "alg none, signature kept": (lambda token: with_header(token, alg="none"), "token_signature_does_not_count"),
    "alg None": (lambda token: with_header(token, alg=None), "token_signature_does_not_count"),
    "alg HS256": (lambda token: with_header(token, alg="HS256"), "token_signature_does_not_count"),
    "another kid": (lambda token: with_header(token, kid="elsewhere"), "token_signature_does_not_count"),
    "a kid that is a list": (lambda token: with_header(token, kid=["a"]), "token_signature_does_not_count"),
    "another mailbox": (lambda token: with_claims(token, upn="ceo@contoso.com"), "token_signature_does_not_count"),
    "a longer life": (lambda token: with_claims(token, exp=4_102_444_800), "token_signature_does_not_count"),
    "another issuer": (lambda token: with_claims(token, iss="https://evil.example/"), "token_signature_does_not_count"),
    "exp is no number": (lambda token: with_claims(token, exp="soon"), "token_signature_does_not_count"),
    "exp beyond all time": (lambda token: with_claims(token, exp=10**40), "token_signature_does_not_count"),
    "truncated": (lambda token: token[:-40], "token_signature_does_not_count"),
    "cut in the middle": (lambda token: token[: len(token) // 2], "token_is_unreadable"),
    "two parts": (lambda token: token.rpartition(".")[0], "token_is_unreadable"),
    "claims are a list": (lambda token: ".".join([token.split(".")[0], "W10", "x"]), "token_is_unreadable"),
    "no base64": (lambda _: "a.b.c", "token_is_unreadable"),
    "opaque": (lambda _: "let-me-in", "token_is_unreadable"),
    "deep": (lambda _: ".".join([urlsafe_b64encode(b"[" * 20_000).decode(), "e30", "x"]), "token_is_unreadable"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_or_broken_token_is_refused_and_told_apart(oauth_lab: OAuthLab, tmp_path: Path, name: str) -> None:
    forge, rule = FORGERIES[name]

    outcome = oauth_lab.send("app@contoso.com", forge(oauth_lab.app_token()), tmp_path)

    assert "SMTPAuthenticationError" == outcome.ended
    assert PREFIX + rule == oauth_lab.last_rule()


def test_a_token_of_a_hundred_kilobytes_harms_nobody(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    outcome = oauth_lab.send("app@contoso.com", "x" * 100_000, tmp_path)

    assert "sent" != outcome.ended
    assert "sent" == oauth_lab.send("app@contoso.com", oauth_lab.app_token(), tmp_path).ended


def test_no_event_holds_a_token_and_a_refusal_shows_the_claims_that_mattered(
    oauth_lab: OAuthLab, tmp_path: Path
) -> None:
    token = oauth_lab.app_token(WRONG_OBJECT_ID, "fake-secret-4")
    oauth_lab.send("app@contoso.com", token, tmp_path)

    decision = next(
        entry.event.decision
        for entry in oauth_lab.emulator.store.events
        if isinstance(entry.event, Judged) and entry.event.decision.rule == oauth_lab.last_rule()
    )
    logged = "\n".join(repr(entry.event) for entry in oauth_lab.emulator.store.events)
    told = "\n".join(decision.because)
    assert "oid 50000000-0000-4000-8000-000000000004" in told
    assert "Exchange knows the application by object id 50000000-0000-4000-8000-0000000000ff" in told
    assert "New-ServicePrincipal" in decision.fix
    assert not [piece for piece in token.split(".") if piece in logged]
    assert "fake-secret-4" not in logged


# Keys -----------------------------------------------------------------------------------------------------------------


def test_a_rotated_key_signs_what_comes_and_what_was_signed_still_counts(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    before = oauth_lab.app_token()
    kid = oauth_lab.emulator.entra.rotate_signing_keys()
    after = oauth_lab.app_token()

    with oauth_lab.http() as http:
        published = [key["kid"] for key in http.get("/contoso.com/discovery/v2.0/keys").json()["keys"]]
    assert kid == jwt.get_unverified_header(after)["kid"]
    assert [kid, jwt.get_unverified_header(before)["kid"]] == published
    for token in (before, after):
        assert "sent" == oauth_lab.send("app@contoso.com", token, tmp_path).ended


def test_a_key_that_is_gone_takes_its_tokens_with_it(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    before = oauth_lab.app_token()
    oauth_lab.emulator.entra.rotate_signing_keys(keep_old=False)

    assert "sent" != oauth_lab.send("app@contoso.com", before, tmp_path).ended
    assert f"{PREFIX}token_signature_does_not_count" == oauth_lab.last_rule()


# Other issuers --------------------------------------------------------------------------------------------------------


class Foreign:
    """An identity provider of somebody else's."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        keys = {"keys": [public | {"kid": "foreign-1", "key_ops": ["verify"]}]}
        self.table = f"""
  [[tenant.trusted_issuer]]
  issuer = "https://idp.example/"
  jwks = '{json.dumps(keys)}'
"""

    def token(self, **changes: object) -> str:
        claims = {
            "iss": "https://idp.example/",
            "aud": "https://outlook.office365.com",
            "exp": parse_instant("2026-12-01T01:00:00Z").timestamp(),
            "upn": "scanner@contoso.com",
            "scp": "SMTP.Send",
        }
        return jwt.encode(claims | changes, self.key, "RS256", {"kid": "foreign-1"})


@pytest.fixture(scope="module")
def foreign() -> Foreign:
    return Foreign()


def test_a_token_of_an_issuer_in_the_world_file_is_accepted(emulate: Emulate, foreign: Foreign, tmp_path: Path) -> None:
    lab = OAuthLab(emulate(world=oauth_world(foreign.table)))

    assert "sent" == lab.send("scanner@contoso.com", foreign.token(), tmp_path).ended
    assert "sent" != lab.send("scanner@contoso.com", foreign.token(exp=1), tmp_path).ended
    assert f"{PREFIX}token_has_expired" == lab.last_rule()
    assert "sent" != lab.send("desk@fabrikam.com", foreign.token(upn="desk@fabrikam.com"), tmp_path).ended
    assert f"{PREFIX}token_is_of_another_tenant" == lab.last_rule()


def test_a_token_of_an_issuer_that_nobody_named_is_refused(
    oauth_lab: OAuthLab, foreign: Foreign, tmp_path: Path
) -> None:
    assert "sent" != oauth_lab.send("scanner@contoso.com", foreign.token(), tmp_path).ended
    assert f"{PREFIX}token_signature_does_not_count" == oauth_lab.last_rule()


def test_of_two_tenants_that_trust_an_issuer_the_user_s_own_counts(
    emulate: Emulate, foreign: Foreign, tmp_path: Path
) -> None:
    document = copy.deepcopy(oauth_world(foreign.table).document)
    document["tenant"][1]["trusted_issuer"] = document["tenant"][0]["trusted_issuer"]
    lab = OAuthLab(emulate(world=load_document(document, "world")))

    assert "sent" == lab.send("scanner@contoso.com", foreign.token(), tmp_path).ended
    assert "sent" == lab.send("desk@fabrikam.com", foreign.token(upn="desk@fabrikam.com"), tmp_path).ended


@pytest.mark.parametrize(
    ("tid", "rule"),
    [
        ("f0000000-0000-4000-8000-000000000001", "app_lacks_the_role"),
        ("c0000000-0000-4000-8000-000000000001", "token_is_of_another_tenant"),
        (None, "token_is_of_another_tenant"),
    ],
)
def test_without_a_user_the_tid_tells_which_tenant_it_is(
    emulate: Emulate, foreign: Foreign, tmp_path: Path, tid: str | None, rule: str
) -> None:
    document = copy.deepcopy(oauth_world(foreign.table).document)
    document["tenant"][1]["trusted_issuer"] = document["tenant"][0]["trusted_issuer"]
    lab = OAuthLab(emulate(world=load_document(document, "world")))

    assert "sent" != lab.send("desk@fabrikam.com", foreign.token(upn=None, tid=tid), tmp_path).ended
    assert PREFIX + rule == lab.last_rule()


def test_an_issuer_may_name_several_audiences_and_write_scope(
    emulate: Emulate, foreign: Foreign, tmp_path: Path
) -> None:
    lab = OAuthLab(emulate(world=oauth_world(foreign.table)))
    several = ["https://idp.example/userinfo", "https://outlook.office.com/"]
    token = foreign.token(aud=several, scp=None, scope="openid SMTP.Send")

    assert "sent" == lab.send("scanner@contoso.com", token, tmp_path).ended
    assert "sent" != lab.send("scanner@contoso.com", foreign.token(aud=several[:1]), tmp_path).ended
    assert f"{PREFIX}token_is_for_another_service" == lab.last_rule()


def test_a_token_for_another_name_of_exchange_is_refused_and_the_fix_names_it(
    oauth_lab: OAuthLab, tmp_path: Path
) -> None:
    token = oauth_lab.app_token(scope="https://ps.outlook.com/.default")

    assert "sent" != oauth_lab.send("app@contoso.com", token, tmp_path).ended
    fix = next(
        entry.event.decision.fix
        for entry in oauth_lab.emulator.store.events
        if isinstance(entry.event, Judged) and entry.event.decision.rule == f"{PREFIX}token_is_for_another_service"
    )
    assert "a token for https://ps.outlook.com does not open SMTP" in fix


# Users ----------------------------------------------------------------------------------------------------------------


def test_a_shared_mailbox_is_used_with_full_access_and_not_without(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    token = oauth_lab.user_token()["access_token"]

    assert "sent" == oauth_lab.send("shared@contoso.com", token, tmp_path).ended
    assert "sent" != oauth_lab.send("helpdesk@contoso.com", token, tmp_path).ended
    assert f"{PREFIX}user_may_not_open_the_mailbox" == oauth_lab.last_rule()


def test_a_guest_has_a_token_and_no_mailbox(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    token = oauth_lab.user_token("visitor@contoso.com", "fake visitor")["access_token"]

    assert "sent" != oauth_lab.send("visitor@contoso.com", token, tmp_path).ended
    assert f"{PREFIX}guest_has_no_mailbox" == oauth_lab.last_rule()


def test_a_token_without_the_scope_for_smtp_is_refused(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    world = oauth_world(
        """
  [[tenant.app_registration]]
  app_id = "b0000000-0000-4000-8000-000000000003"
  scopes = ["IMAP.AccessAsUser.All"]
"""
    )
    oauth_lab.emulator.reset(world=world)
    scope = "https://outlook.office.com/IMAP.AccessAsUser.All"
    token = oauth_lab.user_token(client_id="b0000000-0000-4000-8000-000000000003", scope=scope)["access_token"]

    assert "sent" != oauth_lab.send("scanner@contoso.com", token, tmp_path).ended
    assert f"{PREFIX}token_lacks_the_scope" == oauth_lab.last_rule()


# Grants and their delay -----------------------------------------------------------------------------------------------

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


def test_a_permission_spreads_in_simulated_time_and_the_same_session_sees_it(emulate: Emulate, tmp_path: Path) -> None:
    lab = OAuthLab(emulate(world=oauth_world(DELAYED)))
    token = lab.app_token("b0000000-0000-4000-8000-000000000004", "fake-secret-b4")

    lab.emulator.travel(parse_instant("2026-12-01T00:29:59Z"))
    early = lab.send("app@contoso.com", token, tmp_path)
    lab.emulator.travel(parse_instant("2026-12-01T00:30:00Z"))
    late = lab.send("app@contoso.com", token, tmp_path)

    assert early.answer is not None
    assert (430, "sent") == (early.answer.code, late.ended)


def test_an_application_sends_as_another_address_with_send_as_and_not_without(emulate: Emulate, tmp_path: Path) -> None:
    lab = OAuthLab(emulate(at="2026-12-01T00:30:00Z", world=oauth_world(DELAYED)))
    granted = lab.app_token("b0000000-0000-4000-8000-000000000004", "fake-secret-b4")

    assert "sent" == lab.send("app@contoso.com", granted, tmp_path, sender="helpdesk@contoso.com").ended
    refused = lab.send("app@contoso.com", lab.app_token(), tmp_path, sender="helpdesk@contoso.com")
    assert refused.answer is not None
    assert (554, "5.2.252") == (refused.answer.code, refused.answer.enhanced)


def test_under_the_other_reading_a_wrong_object_id_fails_at_the_end_of_data(emulate: Emulate, tmp_path: Path) -> None:
    lab = OAuthLab(emulate(world=oauth_world(), readings={"unregistered_service_principal": "430"}))

    outcome = lab.send("app@contoso.com", lab.app_token(WRONG_OBJECT_ID, "fake-secret-4"), tmp_path)

    assert outcome.answer is not None
    assert 430 == outcome.answer.code


def test_a_reset_forgets_codes_and_tokens_but_not_keys(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    token, refresh = oauth_lab.app_token(), oauth_lab.user_token()["refresh_token"]
    oauth_lab.emulator.reset()
    renewed = oauth_lab.ask(
        grant_type="refresh_token", refresh_token=refresh, client_id="a0000000-0000-4000-8000-000000000002"
    )

    assert [9002313] == renewed.json()["error_codes"]
    assert "sent" == oauth_lab.send("app@contoso.com", token, tmp_path).ended


def test_the_state_of_the_token_service_can_be_taken_away_and_put_back(oauth_lab: OAuthLab) -> None:
    refresh = oauth_lab.user_token()["refresh_token"]
    state = oauth_lab.emulator.entra.state
    dumped = json.loads(json.dumps(state.dump()))
    state.clear()
    state.load(dumped)

    renewed = oauth_lab.ask(
        grant_type="refresh_token", refresh_token=refresh, client_id="a0000000-0000-4000-8000-000000000002"
    )
    assert "access_token" in renewed.json()


def test_an_almost_expired_token_dies_in_seconds(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    token = oauth_lab.app_token("a0000000-0000-4000-8000-00000000000a", "fake-secret-a")
    oauth_lab.emulator.travel(parse_instant("2026-12-01T00:00:20Z"))
    alive = oauth_lab.send("app@contoso.com", token, tmp_path)
    oauth_lab.emulator.travel(parse_instant("2026-12-01T00:00:21Z"))

    assert "sent" == alive.ended
    assert "sent" != oauth_lab.send("app@contoso.com", token, tmp_path).ended
    assert INVOICES not in repr(oauth_lab.emulator.entra.state.dump())
