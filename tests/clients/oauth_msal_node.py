"""npm's @azure/msal-node, driven by ``node/token.mjs``: unmodified, with the settings of its documentation."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from tests.clients.oauth import TENANT, OAuthLab
from tests.clients.oauth_assertions import shown
from tests.clients.oauth_requests import Act, ForItself, Renewing, Request, Told, WithCode, WithDeviceCode, WithPassword
from tests.clients.programs import NODE_FOLDER, PATIENCE, missing

SCRIPT = NODE_FOLDER / "token.mjs"


def node() -> str:
    """Where Node is, once msal-node is installed."""
    if not (NODE_FOLDER / "node_modules" / "@azure" / "msal-node").is_dir():
        missing("@azure/msal-node", "npm install --prefix tests/clients/node")
    return shutil.which("node") or missing("node", "install Node.js (apt install nodejs)")


class MsalNode:
    """``@azure/msal-node``: a refusal is a ServerError or an InteractionRequiredAuthError."""

    def does(self, request: Request) -> bool:
        match request:
            case ForItself(tenant=tenant):
                return tenant != "common"  # it refuses that itself
            case WithDeviceCode(act=act):
                # It goes on asking by itself, and does not look whether it was given a code.
                return act not in {Act.WAIT, Act.NO_CODE}
            case WithCode(act=act):
                return act not in {Act.DECLINE, Act.SILENT}  # it starts with the code
            case _:
                return True

    def kind(self, request: Request, *, interaction: bool) -> str:
        if isinstance(request, WithDeviceCode):
            return "AuthError"
        return "InteractionRequiredAuthError" if interaction else "ServerError"

    def refusal(self, lab: OAuthLab, request: Request) -> Told:
        said = self.ask(lab, request)
        assert "token" not in said, said
        if said["errorCode"] == "post_request_failed":  # of a device code it tells the OAuth error and no more
            return Told(said["name"], said["message"], said["message"])
        numbers = str(said.get("errorNo") or "")
        code = int(numbers) if numbers.isdigit() else None
        return Told(said["name"], said["message"], said.get("errorCode"), code, said.get("subError") or None)

    def ask(self, lab: OAuthLab, request: Request) -> dict[str, Any]:
        """Do what the request says; give what the script said last."""
        with TemporaryDirectory() as folder:
            return self.converse(lab, request, Path(folder))

    def converse(
        self, lab: OAuthLab, request: Request, folder: Path, *, trusting: bool = True, refresh: bool = False
    ) -> dict[str, Any]:
        """Run the script, be the user where it asks for one, and give what it said last."""
        clean = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "PATHEXT") if name in os.environ}
        clean |= {"HOME": str(folder), "LC_ALL": "C.UTF-8"} | ({"NODE_EXTRA_CA_CERTS": lab.ca} if trusting else {})
        command, pipes = [node(), str(SCRIPT)], {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, env=clean, stderr=subprocess.PIPE, encoding="utf-8", **pipes) as running:  # type: ignore[call-overload]
            said: dict[str, Any] = {}
            line = json.dumps(job_of(lab, request, folder) | ({"refresh": True} if refresh else {}))
            while line:
                running.stdin.write(f"{line}\n")
                running.stdin.flush()
                said = json.loads(running.stdout.readline() or "{}")
                line = answer_to(lab, request, said)
            _, wrong = running.communicate(timeout=PATIENCE)
            assert said, wrong
        return said


def job_of(lab: OAuthLab, request: Request, folder: Path) -> dict[str, Any]:
    """What the script is told first."""
    tenant = getattr(request, "tenant", "contoso.com")
    auth: dict[str, Any] = {
        "clientId": request.app_id,
        "authority": f"{lab.url}/{tenant}",
        "knownAuthorities": [urlsplit(lab.url).netloc],
    }
    job: dict[str, Any] = {"auth": auth, "scopes": request.scope.split()}
    match request:
        case ForItself(secret=secret, app_id=app_id):
            what = shown(secret, app_id, f"{lab.url}/{TENANT}/oauth2/v2.0/token")
            if what.certificate is not None:
                (folder / "key.pem").write_text(what.certificate.key_pem, encoding="ascii")
                auth["clientCertificate"] = {"thumbprintSha256": what.certificate.sha256, "x5c": what.certificate.pem}
                job["key"] = str(folder / "key.pem")
            else:
                auth |= {"clientAssertion": what.assertion} if what.assertion else {"clientSecret": what.secret}
            return job | {"flow": "client_credentials"}
        case WithPassword(user=user, password=password, secret=secret):
            auth |= {"clientSecret": secret} if secret else {}
            return job | {"flow": "password", "username": user, "password": password}
        case WithDeviceCode():
            return job | {"flow": "device_code"}
        case WithCode():
            return job | {"flow": "code"}
        case Renewing():
            return job | {"flow": "code", "refresh": True, "scopes": [WithCode().scope]}


def answer_to(lab: OAuthLab, request: Request, said: Mapping[str, Any]) -> str:
    """Be the user, or the clock; nothing once the script has said its last."""
    if "userCode" in said:
        lab.act_at_device_page(request.act if isinstance(request, WithDeviceCode) else Act.ACCEPT, said["userCode"])
        return "{}"
    if "url" in said:
        return json.dumps(_browse(lab, request.act if isinstance(request, WithCode) else Act.ACCEPT, said["url"]))
    if "token" in said and "fromCache" not in said:
        if isinstance(request, Renewing):
            lab.meanwhile(request.at, request.now)
        return json.dumps({"more": [request.scope]})
    return ""


def _browse(lab: OAuthLab, act: Act, url: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"code": lab.act_with_browser(act, url).get("code", "")}
    more: Mapping[Act, dict[str, Any]] = {
        Act.OTHER_REDIRECT: {"redirectUri": "http://localhost:9/elsewhere"},
        Act.WRONG_VERIFIER: {"codeVerifier": "v" * 43},
        Act.OTHER_TENANT: {"authority": f"{lab.url}/fabrikam.com"},
        Act.TWICE: {"again": True},
    }
    return answer | more.get(act, {})
