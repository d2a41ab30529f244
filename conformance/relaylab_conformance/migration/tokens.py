"""How an OAuth sender gets its token: it asks the emulated Entra, as the real one is asked.

Over a real socket where it is replayed, in memory where its course through time is judged: the same requests. A secret
goes to the endpoint only; what is kept of a request shows names in place of secrets.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from socket import create_connection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

from relaylab_conformance.migration.stand_ins import assertion
from relaylab_scenarios import Direction, WireLine

if TYPE_CHECKING:
    from relaylab.app.emulator import Emulator
    from relaylab.servers.entra import EntraService
    from relaylab_conformance.migration.approach import FromEntra

HOST: Final = "login.microsoftonline.com"
_APP_SCOPE: Final = "https://outlook.office365.com/.default"
_USER_SCOPE: Final = "https://outlook.office.com/SMTP.Send offline_access"
_DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_GOOD: Final = 200
_PATIENCE: Final = 30.0  # real seconds for an answer
_LIFETIME: Final = timedelta(minutes=10)
_SECRETS: Final = {
    "client_secret": "<secret>",
    "client_assertion": "<assertion>",
    "passwd": "<password>",
    "device_code": "<device code>",
    "access_token": "<token>",
    "refresh_token": "<refresh token>",
    "client_info": "<client info>",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the endpoint answered; a page is no document."""

    status: int
    document: Mapping[str, Any]


Post = Callable[[str, Mapping[str, str]], Told]
"""Posts a form to a path of Entra; raise OSError when no answer comes."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking: a token, or None; and the requests with their answers, secrets replaced by their names."""

    token: str | None
    transcript: tuple[WireLine, ...]
    error: str | None = None


def fetch(way: FromEntra, post: Post, now: datetime) -> Fetched:
    """Ask for a token: as the application itself, or for its user, who signs in at the page for device codes."""
    lines: list[WireLine] = []

    def ask(path: str, form: Mapping[str, str]) -> Told:
        lines.append(WireLine(Direction.CLIENT, f"POST https://{HOST}{path} {_shown_form(form)}".encode()))
        told = post(path, form)
        lines.append(WireLine(Direction.SERVER, f"HTTP {told.status} {_shown(told.document)}".encode()))
        return told

    try:
        told = _for_user(way, ask, now) if way.asks_for_a_user else _for_itself(way, ask, now)
    except (OSError, HTTPException, ValueError) as error:
        return Fetched(None, tuple(lines), f"the token endpoint gave no answer ({type(error).__name__})")
    token = told.document.get("access_token") if told.status == _GOOD else None
    return Fetched(token if isinstance(token, str) else None, tuple(lines))


def over_https(emulator: Emulator) -> Post:
    """Post to the emulator's listener, by Entra's name and with its certificate checked."""
    where = urlsplit(emulator.https_url)
    context = ssl.create_default_context(cafile=emulator.ca_file)

    def post(path: str, form: Mapping[str, str]) -> Told:
        connection = HTTPConnection(HOST, timeout=_PATIENCE)
        with closing(connection):
            raw = create_connection((where.hostname, where.port), _PATIENCE)
            connection.sock = context.wrap_socket(raw, server_hostname=HOST)
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(form).encode(), headers)
            answer = connection.getresponse()
            content, is_json = answer.read(), answer.headers.get_content_type() == "application/json"
        return Told(answer.status, json.loads(content) if is_json else {})

    return post


def in_memory(service: EntraService) -> Post:
    """Post to a service without a socket."""

    def post(path: str, form: Mapping[str, str]) -> Told:
        answer = service.posted(path, form)
        return Told(answer.status, answer.document or {})

    return post


def _for_itself(way: FromEntra, ask: Post, now: datetime) -> Told:
    path = f"/{way.tenant}/oauth2/v2.0/token"
    form = {"grant_type": "client_credentials", "client_id": way.client_id, "scope": _APP_SCOPE}
    return ask(path, form | _proof(way, path, now))


def _for_user(way: FromEntra, ask: Post, now: datetime) -> Told:
    code = ask(f"/{way.tenant}/oauth2/v2.0/devicecode", {"client_id": way.client_id, "scope": _USER_SCOPE})
    if code.status != _GOOD:
        return code
    typed = {"user_code": str(code.document["user_code"]), "login": way.user, "passwd": way.password or ""}
    approved = ask("/common/oauth2/deviceauth", typed | {"consent": "1", "action": "accept"})
    if approved.status != _GOOD:
        return approved
    path = f"/{way.tenant}/oauth2/v2.0/token"
    form = {"grant_type": _DEVICE_GRANT, "client_id": way.client_id, "device_code": str(code.document["device_code"])}
    return ask(path, form | _proof(way, path, now))


def _proof(way: FromEntra, path: str, now: datetime) -> dict[str, str]:
    if way.secret is not None:
        return {"client_secret": way.secret}
    if not way.signs:
        return {}
    signed = assertion(way.client_id, f"https://{HOST}{path}", now, now + _LIFETIME)
    return {"client_assertion_type": _ASSERTION_TYPE, "client_assertion": signed}


def _shown_form(form: Mapping[str, str]) -> str:
    return "&".join(f"{name}={_SECRETS.get(name) or quote_plus(text, safe=':/')}" for name, text in form.items())


def _shown(document: Mapping[str, Any]) -> str:
    if not document:
        return "(a page)"
    return json.dumps({name: _SECRETS.get(name, value) for name, value in document.items()})
