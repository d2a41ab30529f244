# ruff: noqa: ANN401 - MSAL has no types
"""MSAL for Python, doing what a request says: unmodified, with the settings of its documentation."""

from __future__ import annotations

import warnings
from typing import Any

import msal  # type: ignore[import-untyped]

from tests.clients.oauth import TENANT, OAuthLab
from tests.clients.oauth_assertions import shown
from tests.clients.oauth_requests import Act, ForItself, Renewing, Request, Told, WithCode, WithDeviceCode, WithPassword

REDIRECT = "http://localhost:54321"


def confidential(lab: OAuthLab, app_id: str, credential: object, **more: Any) -> Any:
    settings = {"authority": lab.authority, "instance_discovery": False, "verify": lab.ca} | more
    return msal.ConfidentialClientApplication(app_id, credential, **settings)


def public(lab: OAuthLab, app_id: str, **more: Any) -> Any:
    settings = {"authority": lab.authority, "instance_discovery": False, "verify": lab.ca} | more
    return msal.PublicClientApplication(app_id, **settings)


class MsalPython:
    """``msal``: results are dicts, and what no retry would mend is in them too."""

    def does(self, request: Request) -> bool:
        return not isinstance(request, WithPassword)  # which needs port 443; see test_oauth_by_name

    def refusal(self, lab: OAuthLab, request: Request) -> Told:
        try:
            result = self.ask(lab, request)
        except Exception as error:  # noqa: BLE001 - whatever a client raises is what is told
            return Told(type(error).__name__, str(error))
        assert "access_token" not in result, request
        code, *_ = result.get("error_codes") or [None]
        return Told("", result["error_description"], result["error"], code, result.get("suberror"))

    def kind(self, request: Request, *, interaction: bool) -> str:
        return ""

    def ask(self, lab: OAuthLab, request: Request) -> dict[str, Any]:
        """Do what the request says; give MSAL's result."""
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of /common, and of passwords
            told: dict[str, Any] = self._ask(lab, request)
        return told

    @staticmethod
    def _ask(lab: OAuthLab, request: Request) -> Any:
        tenant = {"authority": f"{lab.url}/{getattr(request, 'tenant', 'contoso.com')}"}
        match request:
            case ForItself(app_id=app_id, secret=secret, scope=scope):
                credential = shown(secret, app_id, f"{lab.url}/{TENANT}/oauth2/v2.0/token").for_msal
                return confidential(lab, app_id, credential, **tenant).acquire_token_for_client([scope])
            case WithPassword(user=user, password=password, app_id=app_id, scope=scope):
                app = public(lab, app_id, **tenant)
                return app.acquire_token_by_username_password(user, password, scope.split())
            case WithDeviceCode():
                return _by_device_code(lab, request, tenant)
            case WithCode():
                return _by_code(lab, request, tenant)
            case Renewing(at=at, now=now, scope=scope, app_id=app_id):
                app = public(lab, app_id)
                flow = app.initiate_device_flow([WithDeviceCode().scope])
                lab.type_in(flow["user_code"], "scanner@contoso.com", "fake tray 2")
                app.acquire_token_by_device_flow(flow)
                lab.meanwhile(at, now)
                (account,) = app.get_accounts()
                return app.acquire_token_silent_with_error([scope], account=account, force_refresh=True)


def _by_device_code(lab: OAuthLab, request: WithDeviceCode, settings: dict[str, str]) -> Any:
    app = public(lab, request.app_id, **settings)
    flow = app.initiate_device_flow(request.scope.split())
    if "device_code" not in flow:
        return flow
    lab.act_at_device_page(request.act, flow["user_code"])
    return app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)


def _by_code(lab: OAuthLab, request: WithCode, settings: dict[str, str]) -> Any:
    app = public(lab, request.app_id, **settings)
    more = {"prompt": "none"} if request.act is Act.SILENT else {}
    scopes = request.scope.split()
    flow = app.initiate_auth_code_flow(scopes, redirect_uri=REDIRECT, response_mode="form_post", **more)
    answer = lab.act_with_browser(request.act, flow["auth_uri"])
    match request.act:
        case Act.OTHER_REDIRECT:
            flow |= {"redirect_uri": "http://localhost:9/elsewhere"}
        case Act.WRONG_VERIFIER:
            flow |= {"code_verifier": "v" * 43}
        case Act.OTHER_TENANT:
            app = public(lab, request.app_id, authority=f"{lab.url}/fabrikam.com")
        case Act.TWICE:
            app.acquire_token_by_auth_code_flow(flow, answer)
        case _:
            pass
    return app.acquire_token_by_auth_code_flow(flow, answer)
