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
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote_plus, urlencode, urlsplit

from relaylab_conformance.migration.stand_ins import assertion
from relaylab_scenarios import Direction, WireLine

if TYPE_CHECKING:
    from relaylab.app.emulator import Emulator
    from relaylab.servers.entra import EntraService
    from relaylab_conformance.migration.from_entra import FromEntra

HOST: Final = "login.microsoftonline.com"
_DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_GOOD: Final = 200
_PATIENCE: Final = 30.0  # real seconds for an answer
_LIFETIME: Final = timedelta(minutes=10)
_THROTTLED: Final = 429
_FIRST_OF_THE_SERVER: Final = 500
_MOST_TRIES: Final = 5
_PAUSE: Final = 60  # simulated seconds until a client asks again where nothing says how long
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
    """What the endpoint answered; a page is no document. ``retry_after`` is in seconds, where the answer says it."""

    status: int
    document: Mapping[str, Any]
    retry_after: int | None = None

    @property
    def is_for_now(self) -> bool:
        """True for an answer that will be another one soon: a client is throttled, or the service has a bad day."""
        return self.status == _THROTTLED or self.status >= _FIRST_OF_THE_SERVER

    @property
    def pause(self) -> timedelta:
        """How long a client waits before it asks again."""
        return timedelta(seconds=_PAUSE if self.retry_after is None else self.retry_after)


Post = Callable[[str, Mapping[str, str]], Told]
"""Posts a form to a path of Entra; raise OSError when no answer comes."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking: a token, or None; and the requests with their answers, secrets replaced by their names."""

    token: str | None
    transcript: tuple[WireLine, ...]
    error: str | None = None


class Time(Protocol):
    """The simulated time of whoever asks: it reads it, and it waits."""

    def now(self) -> datetime:
        """Give the instant."""
        ...

    def wait(self, by: timedelta) -> None:
        """Let time pass."""
        ...


def fetch(way: FromEntra, post: Post, time: Time) -> Fetched:
    """Ask for a token: as the application itself, or for its user, who signs in at the page for device codes.

    Who is throttled, or meets a bad day of the service, waits as long as Retry-After says and asks again.
    """
    lines: list[WireLine] = []

    def ask(path: str, form: Mapping[str, str]) -> Told:
        lines.append(WireLine(Direction.CLIENT, f"POST https://{HOST}{path} {_shown_form(form)}".encode()))
        for _ in range(_MOST_TRIES):
            told = post(path, form)
            lines.append(WireLine(Direction.SERVER, f"HTTP {told.status} {_shown(told.document)}".encode()))
            if not told.is_for_now:
                break
            time.wait(told.pause)
        return told

    try:
        told = _for_user(way, ask, time) if way.asks_for_a_user else _for_itself(way, ask, time)
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
            raw.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # as http.client does: the form is not to wait for an ACK
            connection.sock = context.wrap_socket(raw, server_hostname=HOST)
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(form).encode(), headers)
            answer = connection.getresponse()
            content, is_json = answer.read(), answer.headers.get_content_type() == "application/json"
        later = answer.headers.get("Retry-After", "")
        return Told(answer.status, json.loads(content) if is_json else {}, int(later) if later.isdigit() else None)

    return post


def in_memory(service: EntraService) -> Post:
    """Post to a service without a socket."""

    def post(path: str, form: Mapping[str, str]) -> Told:
        answer = service.posted(path, form)
        later = answer.headers.get("Retry-After")
        return Told(answer.status, answer.document or {}, int(later) if later else None)

    return post


def _for_itself(way: FromEntra, ask: Post, time: Time) -> Told:
    path = f"/{way.tenant}/oauth2/v2.0/token"
    form = {"grant_type": "client_credentials", "client_id": way.client_id, "scope": way.door.app_scope}
    return ask(path, form | _proof(way, path, time.now()))


def _for_user(way: FromEntra, ask: Post, time: Time) -> Told:
    code = ask(f"/{way.tenant}/oauth2/v2.0/devicecode", {"client_id": way.client_id, "scope": way.door.user_scope})
    if code.status != _GOOD:
        return code
    typed = {"user_code": str(code.document["user_code"]), "login": way.login, "passwd": way.password or ""}
    approved = ask("/common/oauth2/deviceauth", typed | {"consent": "1", "action": "accept"})
    if approved.status != _GOOD:
        return approved
    path = f"/{way.tenant}/oauth2/v2.0/token"
    form = {"grant_type": _DEVICE_GRANT, "client_id": way.client_id, "device_code": str(code.document["device_code"])}
    return ask(path, form | _proof(way, path, time.now()))


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
