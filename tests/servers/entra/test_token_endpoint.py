"""The token endpoint over HTTPS: shapes, statuses and states, and what becomes of codes and refresh tokens."""

from __future__ import annotations

import copy
import json
import re
import socket
import ssl
from email.utils import format_datetime
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import jwt
import pytest

from relaylab.app.config import LoadedWorld, load_document
from relaylab.domain.clock import parse_instant
from tests.clients.oauth import (
    BAD_DAY,
    DEFAULT_SCOPE,
    FIRMWARE,
    INVOICES,
    JWT_BEARER,
    STRANGER,
    TENANT,
    USER_SCOPE,
    OAuthLab,
    oauth_world,
)
from tests.conftest import Emulate

CLIENT = {"grant_type": "client_credentials", "client_id": INVOICES, "client_secret": "fake-secret-1"}
IN_ORDER = CLIENT | {"scope": DEFAULT_SCOPE}
SIGNED = IN_ORDER | {"client_assertion": "a.b.c", "client_assertion_type": JWT_BEARER}


def test_an_error_has_the_shape_and_the_ids_that_clients_and_people_read(oauth_lab: OAuthLab) -> None:
    mine = "11111111-2222-3333-4444-555555555555"
    with oauth_lab.http() as http:
        answer = http.post(
            "/contoso.com/oauth2/v2.0/token",
            data=IN_ORDER | {"client_secret": "wrong"},
            headers={"client-request-id": mine},
        )

    said = answer.json()
    assert 401 == answer.status_code
    assert "no-store, no-cache" == answer.headers["cache-control"]
    assert answer.headers["x-ms-request-id"] == said["trace_id"] == str(UUID(said["trace_id"]))
    assert mine == said["correlation_id"]
    assert "2026-12-01 00:00:00Z" == said["timestamp"]
    text, trace, stamp = re.split(r" Trace ID: | Correlation ID: .* Timestamp: ", said["error_description"])
    assert text.startswith("AADSTS7000215: Invalid client secret provided.")
    assert (said["trace_id"], said["timestamp"]) == (trace, stamp)
    assert f"{oauth_lab.url}/error?code=7000215" == said["error_uri"]


def test_under_the_older_reading_lines_are_parted_by_cr_and_lf(emulate: Emulate) -> None:
    lab = OAuthLab(emulate(world=oauth_world(), readings={"aadsts_separator": "crlf"}))

    assert "\r\nTrace ID: " in lab.ask(**CLIENT).json()["error_description"]


@pytest.mark.parametrize(
    ("tenant", "form", "status", "error", "code"),
    [
        ("northwind.example", IN_ORDER, 400, "invalid_request", 90002),
        ("con toso", IN_ORDER, 400, "invalid_request", 900023),
        ("common", IN_ORDER, 400, "invalid_request", 9001023),
        ("contoso.com", CLIENT, 400, "invalid_request", 900144),
        ("contoso.com", IN_ORDER | {"grant_type": ""}, 400, "invalid_request", 900144),
        ("contoso.com", IN_ORDER | {"grant_type": "implicit"}, 400, "unsupported_grant_type", 70003),
        ("contoso.com", IN_ORDER | {"client_secret": ""}, 401, "invalid_client", 7000218),
        ("contoso.com", SIGNED, 401, "invalid_client", 50027),
        ("contoso.com", SIGNED | {"client_assertion_type": ""}, 400, "invalid_request", 900144),
        ("contoso.com", SIGNED | {"client_assertion_type": "urn:else"}, 400, "invalid_request", 90011),
        ("fabrikam.com", IN_ORDER, 400, "unauthorized_client", 700016),
        ("contoso.com", IN_ORDER | {"scope": "SMTP.SendAsApp"}, 400, "invalid_scope", 1002012),
        ("contoso.com", IN_ORDER | {"scope": "https://x.example/.default"}, 400, "invalid_resource", 500011),
    ],
)
def test_each_wrong_request_has_its_error(  # noqa: PLR0913, PLR0917 - a table
    oauth_lab: OAuthLab, tenant: str, form: dict[str, str], status: int, error: str, code: int
) -> None:
    answer = oauth_lab.ask(tenant=tenant, **form)

    assert (status, error, [code]) == (answer.status_code, answer.json()["error"], answer.json()["error_codes"])


@pytest.mark.parametrize(
    ("scope", "error", "code"),
    [
        (f"{USER_SCOPE} https://graph.microsoft.com/Mail.Send", "invalid_request", 700022),
        ("offline_access", "invalid_scope", 700023),
        ("https://outlook.office.com/SMTP.Sned", "invalid_scope", 70011),
    ],
)
def test_a_wrong_scope_of_a_user_has_its_error(oauth_lab: OAuthLab, scope: str, error: str, code: int) -> None:
    said = oauth_lab.user_token(scope=scope)

    assert (error, [code]) == (said["error"], said["error_codes"])


@pytest.mark.parametrize(
    ("user", "password", "code", "suberror"),
    [
        ("careful@contoso.com", "fake careful", 50076, "basic_action"),
        ("newcomer@contoso.com", "fake newcomer", 50079, "basic_action"),
        ("risky@contoso.com", "fake risky", 53003, None),
        ("helpdesk@contoso.com", "anything", 50056, None),
    ],
)
def test_a_password_grant_meets_what_a_password_cannot_do(
    oauth_lab: OAuthLab, user: str, password: str, code: int, suberror: str | None
) -> None:
    said = oauth_lab.user_token(user, password)

    assert ("invalid_grant", [code], suberror) == (said["error"], said["error_codes"], said.get("suberror"))


def test_what_a_policy_refuses_names_the_policy(oauth_lab: OAuthLab) -> None:
    blocked = oauth_lab.user_token("risky@contoso.com", "fake risky")
    wrong = oauth_lab.user_token(password="wrong")

    assert "capolids" in json.loads(blocked["claims"])["access_token"]
    assert "claims" not in wrong


@pytest.mark.parametrize("key", ['built_in_control = "mfa"', 'built_in_controls = ["mfa"]'])
def test_a_policy_demands_what_its_controls_say_under_either_name(emulate: Emulate, key: str) -> None:
    table = f'  [[tenant.conditional_access_policy]]\n  name = "Two factors"\n  client_app_types = "all"\n  {key}\n'
    lab = OAuthLab(emulate(world=oauth_world(table)))

    assert [50076] == lab.user_token()["error_codes"]


def test_a_sign_in_frequency_ends_refreshing(emulate: Emulate) -> None:
    lab = OAuthLab(emulate(world=oauth_world("  [tenant.token_service]\n  sign_in_frequency_hours = 24\n")))
    refresh = lab.user_token()["refresh_token"]
    lab.emulator.travel(parse_instant("2026-12-01T23:59:59Z"))
    before = renew(lab, refresh)
    lab.emulator.travel(parse_instant("2026-12-02"))

    assert "access_token" in before
    assert [70043] == renew(lab, str(before["refresh_token"]))["error_codes"]


@pytest.mark.parametrize(("kind", "status", "code"), [("loop", 400, 50196), ("unavailable", 503, 90033)])
def test_a_fault_for_everybody_needs_no_application(emulate: Emulate, kind: str, status: int, code: int) -> None:
    lab = OAuthLab(emulate(world=oauth_world(f'  [[tenant.token_fault]]\n  kind = "{kind}"\n')))

    answer = lab.ask(**IN_ORDER)

    assert (status, [code]) == (answer.status_code, answer.json()["error_codes"])


def test_an_application_for_several_tenants_is_used_where_it_is_installed(emulate: Emulate) -> None:
    table = """
  [[tenant.app_registration]]
  app_id = "b0000000-0000-4000-8000-000000000005"
  client_secret = "fake-secret-b5"
  sign_in_audience = "AzureADMultipleOrgs"
"""
    form = IN_ORDER | {"client_id": "b0000000-0000-4000-8000-000000000005", "client_secret": "fake-secret-b5"}
    document = copy.deepcopy(oauth_world(table).document)
    lab = OAuthLab(emulate(world=load_document(document, "world")))
    before = lab.ask(tenant="fabrikam.com", **form)
    principal = {"app_id": form["client_id"], "object_id": "50000000-0000-4000-8000-0000000000b5"}
    document["tenant"][1]["service_principal"] = [principal]
    lab.emulator.reset(world=load_document(document, "world"))
    after = lab.ask(tenant="fabrikam.com", **form).json()["access_token"]

    assert [700016] == before.json()["error_codes"]
    claims = jwt.decode(after, options={"verify_signature": False})
    assert ("f0000000-0000-4000-8000-000000000001", principal["object_id"]) == (claims["tid"], claims["oid"])


def test_without_consent_a_user_s_grant_is_65001(oauth_lab: OAuthLab) -> None:
    said = oauth_lab.user_token(client_id=STRANGER, client_secret="fake-secret-3")

    assert ([65001], "consent_required") == (said["error_codes"], said["suberror"])


def test_ten_wrong_passwords_lock_a_name(oauth_lab: OAuthLab) -> None:
    codes = [oauth_lab.user_token(password="wrong")["error_codes"] for _ in range(11)]

    assert [[50126]] * 10 + [[50053]] == codes


def test_the_old_form_with_a_resource_works(oauth_lab: OAuthLab) -> None:
    with oauth_lab.http() as http:
        answer = http.post("/contoso.com/oauth2/token", data=CLIENT | {"resource": "https://outlook.office365.com"})

    assert "https://outlook.office365.com" == answer.json()["resource"]


def test_http_basic_and_a_query_and_unknown_fields_do_no_harm(oauth_lab: OAuthLab) -> None:
    form = {"grant_type": "client_credentials", "scope": DEFAULT_SCOPE, "x-client-SKU": "msal.js.node"}
    with oauth_lab.http() as http:
        answer = http.post(
            f"/{TENANT}/oauth2/v2.0/token?client-request-id=x", data=form, auth=(INVOICES, "fake-secret-1")
        )

    assert {"token_type", "expires_in", "ext_expires_in", "access_token"} == set(answer.json())


def test_a_query_or_a_body_that_is_no_form_asks_for_nothing(oauth_lab: OAuthLab) -> None:
    path = "/contoso.com/oauth2/v2.0/token"
    body = urlencode(IN_ORDER)
    with oauth_lab.http() as http:
        answers = [
            http.post(path, params=IN_ORDER),
            http.post(path, params={"client_secret": "fake-secret-1"}, data=IN_ORDER | {"client_secret": ""}),
            http.post(path, content=body, headers={"Content-Type": "text/plain"}),
            http.post(path, json=IN_ORDER),
        ]
        charset = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        form = http.post(path, content=body, headers=charset)

    assert [900144, 7000218, 900144, 900144] == [answer.json()["error_codes"][0] for answer in answers]
    assert "'grant_type'" in answers[0].json()["error_description"]
    assert 200 == form.status_code


def test_a_fault_is_met_as_often_as_it_says_and_only_by_its_application(oauth_lab: OAuthLab) -> None:
    form = IN_ORDER | {"client_id": BAD_DAY, "client_secret": "fake-secret-8"}
    other = oauth_lab.ask(**IN_ORDER)
    answers = [oauth_lab.ask(**form) for _ in range(3)]

    assert 200 == other.status_code
    assert [429, 503, 200] == [answer.status_code for answer in answers]
    assert ["7", "30", None] == [answer.headers.get("retry-after") for answer in answers]
    assert "temporarily_unavailable" == answers[0].json()["error"]


def test_a_fault_of_another_world_begins_with_none_met(emulate: Emulate) -> None:
    def a_world(kind: str) -> LoadedWorld:
        return oauth_world(f'  [[tenant.token_fault]]\n  kind = "{kind}"\n  app_id = "{INVOICES}"\n  times = 1\n')

    lab = OAuthLab(emulate(world=a_world("throttled")))
    first = [lab.ask(**IN_ORDER).status_code for _ in range(2)]
    lab.emulator.put(world=a_world("unavailable"))
    second = [lab.ask(**IN_ORDER).status_code for _ in range(2)]

    assert ([429, 200], [503, 200]) == (first, second)


def test_of_equal_faults_each_is_met(emulate: Emulate) -> None:
    table = f'  [[tenant.token_fault]]\n  kind = "throttled"\n  app_id = "{INVOICES}"\n  times = 1\n'
    lab = OAuthLab(emulate(world=oauth_world(table * 2)))

    assert [429, 429, 200] == [lab.ask(**IN_ORDER).status_code for _ in range(3)]


@pytest.mark.parametrize("name", ["organizations", "common"])
def test_a_fault_meets_a_device_at_organizations_before_its_user_signs_in(emulate: Emulate, name: str) -> None:
    several = "b0000000-0000-4000-8000-000000000006"
    lab = OAuthLab(
        emulate(
            world=oauth_world(f"""
  [[tenant.app_registration]]
  app_id = "{several}"
  scopes = ["SMTP.Send"]
  is_fallback_public_client = true
  sign_in_audience = "AzureADMultipleOrgs"
  [[tenant.token_fault]]
  kind = "slow_down"
  app_id = "{several}"
  times = 1
  [[tenant.token_fault]]
  kind = "throttled"
  app_id = "{several}"
  times = 1
""")
        )
    )
    with lab.http() as http:
        asked = {"client_id": several, "scope": USER_SCOPE}
        given = http.post(f"/{name}/oauth2/v2.0/devicecode", data=asked).json()
    form = {"grant_type": "device_code", "client_id": several, "device_code": given["device_code"]}

    polls = [lab.ask(tenant=name, **form).json()["error"] for _ in range(3)]
    assert ["slow_down", "temporarily_unavailable", "authorization_pending"] == polls


def test_a_fault_of_tokens_waits_until_a_device_is_given_one(emulate: Emulate) -> None:
    table = f"""
  [[tenant.token_fault]]
  kind = "wrong_audience"
  app_id = "{FIRMWARE}"
  times = 1
"""
    lab = OAuthLab(emulate(world=oauth_world(table)))
    with lab.http() as http:
        asked = {"client_id": FIRMWARE, "scope": f"{USER_SCOPE} offline_access"}
        given = http.post("/contoso.com/oauth2/v2.0/devicecode", data=asked).json()
    form = {"grant_type": "device_code", "client_id": FIRMWARE, "device_code": given["device_code"]}
    polls = [lab.ask(**form).json()["error"] for _ in range(3)]
    lab.type_in(given["user_code"], "scanner@contoso.com", "fake tray 2")
    met = lab.ask(**form).json()
    after = renew(lab, met["refresh_token"])

    audiences = [
        jwt.decode(str(answer["access_token"]), options={"verify_signature": False})["aud"] for answer in (met, after)
    ]
    assert ["authorization_pending"] * 3 == polls
    assert ["https://graph.microsoft.com", "https://outlook.office.com"] == audiences


def test_a_fault_of_tokens_is_not_used_up_by_a_wrong_secret(emulate: Emulate) -> None:
    table = f"""
  [[tenant.token_fault]]
  kind = "almost_expired"
  app_id = "{INVOICES}"
  times = 1
  seconds = 9
"""
    lab = OAuthLab(emulate(world=oauth_world(table)))
    wrong = lab.ask(**IN_ORDER | {"client_secret": "wrong"})
    lifetimes = [lab.ask(**IN_ORDER).json()["expires_in"] for _ in range(2)]

    assert 401 == wrong.status_code
    assert [9, 3599] == lifetimes


def test_a_slow_token_endpoint_gives_the_right_answer(emulate: Emulate) -> None:
    table = f"""
  [[tenant.token_fault]]
  kind = "slow"
  app_id = "{INVOICES}"
  seconds = 0
"""
    assert 200 == OAuthLab(emulate(world=oauth_world(table))).ask(**IN_ORDER).status_code


# Refresh tokens -------------------------------------------------------------------------------------------------------


def renew(lab: OAuthLab, refresh: str, **more: str) -> dict[str, object]:
    form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": FIRMWARE} | more
    said: dict[str, object] = lab.ask(**form).json()
    return said


def test_a_refresh_needs_no_scope_and_gives_another_refresh_token_while_the_old_one_lives(oauth_lab: OAuthLab) -> None:
    first = oauth_lab.user_token()["refresh_token"]

    second = renew(oauth_lab, first)

    assert USER_SCOPE == second["scope"]
    assert first != second["refresh_token"]
    assert "access_token" in renew(oauth_lab, first)
    assert "access_token" in renew(oauth_lab, str(second["refresh_token"]))


def test_ninety_days_of_silence_kill_a_refresh_token_and_use_keeps_it_alive(oauth_lab: OAuthLab) -> None:
    used, silent = oauth_lab.user_token()["refresh_token"], oauth_lab.user_token()["refresh_token"]
    oauth_lab.emulator.travel(parse_instant("2027-02-28T23:59:59Z"))
    renew(oauth_lab, used)
    oauth_lab.emulator.travel(parse_instant("2027-03-01"))

    said = renew(oauth_lab, silent)
    assert "access_token" in renew(oauth_lab, used)
    assert [700082] == said["error_codes"]
    assert "was issued on 2026-12-01T00:00:00.0000000Z and was inactive for 90.00:00:00." in str(
        said["error_description"]
    )


def test_revoked_sessions_of_the_user_stop_a_refresh(emulate: Emulate) -> None:
    lab = OAuthLab(emulate(world=oauth_world()))
    refresh = lab.user_token()["refresh_token"]
    document = copy.deepcopy(oauth_world().document)
    user = next(one for one in document["tenant"][0]["mailbox"] if one["address"] == "scanner@contoso.com")
    user["sign_in_sessions_valid_from"] = "2026-12-01T00:00:01Z"
    state = lab.emulator.entra.state.dump()
    lab.emulator.reset(at=parse_instant("2026-12-01T00:00:01Z"), world=load_document(document, "world"))
    lab.emulator.entra.state.load(state)

    assert [50173] == renew(lab, refresh)["error_codes"]


@pytest.mark.parametrize(("keys", "code"), [("", 50076), ("mfa_registered = false", 50079)])
def test_a_refresh_of_a_sign_in_without_a_second_factor_ends_where_one_is_demanded(
    oauth_lab: OAuthLab, keys: str, code: int
) -> None:
    refresh = oauth_lab.user_token()["refresh_token"]
    oauth_lab.meanwhile("", f"mfa_required = true\n{keys}")

    said = renew(oauth_lab, refresh)

    assert ([code], "basic_action") == (said["error_codes"], said["suberror"])
    assert "capolids" in json.loads(str(said["claims"]))["access_token"]


def test_a_refresh_of_a_sign_in_with_a_second_factor_goes_on(oauth_lab: OAuthLab) -> None:
    with oauth_lab.http() as http:
        asked = {"client_id": FIRMWARE, "scope": f"{USER_SCOPE} offline_access"}
        given = http.post("/contoso.com/oauth2/v2.0/devicecode", data=asked).json()
    oauth_lab.type_in(given["user_code"], "careful@contoso.com", "fake careful")
    first = oauth_lab.ask(grant_type="device_code", client_id=FIRMWARE, device_code=given["device_code"]).json()

    token = str(renew(oauth_lab, first["refresh_token"])["access_token"])
    claims = jwt.decode(token, options={"verify_signature": False})
    assert ["pwd", "mfa"] == claims["amr"]


def test_a_changed_password_stops_a_refresh_and_a_new_sign_in_goes_on(oauth_lab: OAuthLab) -> None:
    refresh = oauth_lab.user_token()["refresh_token"]
    oauth_lab.meanwhile("", 'password = "fake tray 3"')

    fresh = oauth_lab.user_token(password="fake tray 3")["refresh_token"]

    assert [50173] == renew(oauth_lab, refresh)["error_codes"]
    assert "access_token" in renew(oauth_lab, fresh)


@pytest.mark.parametrize(
    "changes", [{"refresh_token": "invented"}, {"client_id": INVOICES, "client_secret": "fake-secret-1"}]
)
def test_a_refresh_token_is_its_own_application_s(oauth_lab: OAuthLab, changes: dict[str, str]) -> None:
    form = {"refresh": oauth_lab.user_token()["refresh_token"]} | changes

    assert [9002313] == renew(oauth_lab, **form)["error_codes"]


# Documents and routes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["contoso.com", TENANT, "contoso.onmicrosoft.com"])
def test_the_configuration_names_the_tenant_by_its_id_and_this_host(oauth_lab: OAuthLab, name: str) -> None:
    with oauth_lab.http() as http:
        answer = http.get(f"/{name}/v2.0/.well-known/openid-configuration")
        old = http.get(f"/{name}/.well-known/openid-configuration").json()

    said = answer.json()
    assert format_datetime(oauth_lab.emulator.clock.now(), usegmt=True) == answer.headers["date"]
    assert f"{oauth_lab.url}/{TENANT}/v2.0" == said["issuer"]
    assert f"{oauth_lab.url}/{TENANT}/oauth2/v2.0/token" == said["token_endpoint"]
    assert TENANT == old["token_endpoint"].split("/")[3]


@pytest.mark.parametrize("version", ["", "/v2.0"])
@pytest.mark.parametrize("name", ["contoso.com", "common"])
def test_every_endpoint_that_a_configuration_names_is_there(oauth_lab: OAuthLab, name: str, version: str) -> None:
    with oauth_lab.http() as http:
        said = http.get(f"/{name}{version}/.well-known/openid-configuration").json()
        named = {key: url for key, url in said.items() if key.endswith("_endpoint") or key == "jwks_uri"}
        answers = {key: http.request("POST" if key == "token_endpoint" else "GET", url) for key, url in named.items()}

    assert {
        "authorization_endpoint": 400,
        "device_authorization_endpoint": 400,
        "end_session_endpoint": 200,
        "jwks_uri": 200,
        "token_endpoint": 400,
    } == {key: answer.status_code for key, answer in answers.items()}
    assert "AADSTS900144" in answers["authorization_endpoint"].text
    assert "AADSTS900144" in answers["device_authorization_endpoint"].text


def test_the_older_device_code_names_a_resource_in_place_of_a_scope(oauth_lab: OAuthLab) -> None:
    asked = {"client_id": FIRMWARE, "resource": "https://outlook.office.com"}
    with oauth_lab.http() as http:
        given = http.post("/contoso.com/oauth2/devicecode", data=asked).json()
        oauth_lab.type_in(given["user_code"], "scanner@contoso.com", "fake tray 2")
        form = asked | {"grant_type": "device_code", "code": given["device_code"]}
        token = http.post("/contoso.com/oauth2/token", data=form).json()["access_token"]

    claims = jwt.decode(token, options={"verify_signature": False})
    assert ("https://outlook.office.com", "SMTP.Send") == (claims["aud"], claims["scp"])


def test_the_host_name_of_the_service_decides_where_a_request_goes(oauth_lab: OAuthLab) -> None:
    with oauth_lab.http() as http:
        said = http.get(
            "/common/v2.0/.well-known/openid-configuration", headers={"Host": "login.microsoftonline.com"}
        ).json()
        elsewhere = http.get("/nothing")

    assert "https://login.microsoftonline.com/common/oauth2/v2.0/token" == said["token_endpoint"]
    assert "https://login.microsoftonline.com/{tenantid}/v2.0" == said["issuer"]
    assert 404 == elsewhere.status_code


def test_a_device_code_is_given_to_a_get_as_emailproxy_sends_it(oauth_lab: OAuthLab) -> None:
    query = {
        "client_id": FIRMWARE,
        "scope": USER_SCOPE,
        "response_type": "code",
        "access_type": "offline",
        "state": "1",
    }
    with oauth_lab.http() as http:
        said = http.get("/contoso.com/oauth2/v2.0/devicecode", params=query).json()

    assert {"user_code", "device_code", "verification_uri", "expires_in", "interval", "message"} == set(said)
    assert (900, 5) == (said["expires_in"], said["interval"])


@pytest.mark.parametrize(
    ("readings", "tenant", "code"), [({}, "common", 50194), ({"device_code_on_common": "90133"}, "common", 90133)]
)
def test_an_application_of_one_tenant_gets_no_device_code_at_common(
    emulate: Emulate, readings: dict[str, str], tenant: str, code: int
) -> None:
    lab = OAuthLab(emulate(world=oauth_world(), readings=readings))
    with lab.http() as http:
        said = http.post(f"/{tenant}/oauth2/v2.0/devicecode", data={"client_id": FIRMWARE, "scope": USER_SCOPE}).json()

    assert [code] == said["error_codes"]


def test_a_change_of_the_server_s_chain_reaches_https_too(oauth_lab: OAuthLab) -> None:
    where = urlsplit(oauth_lab.url)

    def leaf() -> str:
        context = ssl.create_default_context(cafile=oauth_lab.ca)
        with (
            socket.create_connection(("localhost", int(where.port or 0))) as connection,
            context.wrap_socket(connection, server_hostname="localhost") as secured,
        ):
            return str(dict(secured.getpeercert() or {})["issuer"])

    before = leaf()
    oauth_lab.emulator.reset(readings={"server_chain": "g1"})

    assert before != leaf()


def test_user_realm_tells_managed_domains_from_strange_ones(oauth_lab: OAuthLab) -> None:
    with oauth_lab.http() as http:
        known, unknown, stranger = (
            http.get(f"/common/userrealm/{user}?api-version=1.0").json()["account_type"]
            for user in ("scanner@contoso.com", "nobody@contoso.com", "nobody@elsewhere.example")
        )

    assert ("Managed", "Managed", "Unknown") == (known, unknown, stranger)


@pytest.mark.parametrize("uri", ["https://evil.example/", "http://localhost.evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_where_no_application_is(oauth_lab: OAuthLab, uri: str) -> None:
    query = {"client_id": FIRMWARE, "scope": USER_SCOPE, "redirect_uri": uri, "response_type": "code"}
    with oauth_lab.http() as http:
        asked = http.get("/contoso.com/oauth2/v2.0/authorize", params=query)
        left = http.get("/common/oauth2/v2.0/logout", params={"post_logout_redirect_uri": uri})

    assert (400, 200) == (asked.status_code, left.status_code)
    assert "AADSTS50011" in asked.text
    assert "location" not in asked.headers.keys() | left.headers.keys()


def test_a_page_escapes_what_it_is_told(oauth_lab: OAuthLab) -> None:
    query = {"client_id": FIRMWARE, "response_type": "code", "scope": USER_SCOPE, "redirect_uri": "http://localhost"}
    with oauth_lab.http() as http:
        page = http.get("/contoso.com/oauth2/v2.0/authorize", params=query | {"login_hint": '"><script>x</script>'})

    assert 200 == page.status_code
    assert "<script>" not in page.text
