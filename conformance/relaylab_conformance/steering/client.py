"""Asks a control plane, and says in a sentence what was wrong when it does not answer as one."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any, Final

_PATIENCE: Final = 30.0  # real seconds for an answer; between two events of a stream there is a sign of life earlier
_UNAUTHORIZED: Final = 401
_NOT_READY: Final = 503
_PIECE: Final = 65_536

# A proxy has no business between two programs of one machine.
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class SteeringError(Exception):
    """A control plane that cannot be asked, or that refuses; the text ends with the way out."""


class NobodyError(SteeringError):
    """Nobody answers at the address."""


@dataclass(frozen=True, slots=True)
class Control:
    """The control plane of a relaylab that is serving."""

    url: str
    token: str = field(repr=False)

    def ask(
        self, method: str, path: str, body: Mapping[str, object] | None = None, *, accepted: int | None = None
    ) -> Mapping[str, Any]:
        """Send a request and give the JSON object that it answers; empty where it answers nothing.

        ``accepted`` is a status of an error whose answer is wanted all the same.
        """
        with self._open(method, path, body, accepted) as answer:
            content = self._read(answer)
        if not content:
            return {}
        try:
            document = json.loads(content)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise self._no_control_plane()
        return document

    def get(self, path: str, **filters: str | int | None) -> Mapping[str, Any]:
        """Ask for something; filters that are None are left out."""
        return self.ask("GET", _with_filters(path, filters))

    def octets(self, path: str) -> Iterator[bytes]:
        """Give what is no JSON, in pieces."""
        with self._open("GET", path) as answer:
            while piece := self._read(answer, _PIECE):
                yield piece

    def follow(self, path: str, **filters: str | int | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Give server-sent events, each with its kind, until the other side ends."""
        with self._open("GET", _with_filters(path, filters)) as answer:
            kind = ""
            for line in self._lines(answer):
                name, _, value = line.decode("utf-8", "replace").rstrip("\r\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    yield kind, json.loads(value)

    def check(self) -> Mapping[str, Any]:
        """Make sure that it is a control plane, and give its status."""
        status = self.get("/status")
        if not {"version", "clock", "listeners"} <= set(status):
            raise self._no_control_plane()
        return status

    def ready(self) -> Mapping[str, Any]:
        """Give what was found when every listener was asked, also where not all were ready."""
        return self.ask("GET", "/ready", accepted=_NOT_READY)

    @contextmanager
    def _open(
        self, method: str, path: str, body: Mapping[str, object] | None = None, accepted: int | None = None
    ) -> Iterator[HTTPResponse | urllib.error.HTTPError]:
        if not self.url.startswith(("http://", "https://")):
            raise SteeringError(f"{self.url!r} is no address; `relaylab serve` prints it, as http://127.0.0.1:1592")
        headers = {"Authorization": f"Bearer {self.token}"}
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - checked above
            self.url.rstrip("/") + path, content, headers, method=method
        )
        try:
            answer = _OPENER.open(request, timeout=_PATIENCE)
        except urllib.error.HTTPError as error:
            if error.code != accepted:
                raise self._refused(error) from None
            answer = error
        except (OSError, ValueError, HTTPException) as error:
            why = getattr(error, "reason", error)
            raise NobodyError(
                f"{self.url}: nobody answers as a control plane does ({why}); is it serving? "
                "`relaylab serve WORLD` starts one and prints its address"
            ) from None
        with answer:
            yield answer

    def _read(self, answer: HTTPResponse | urllib.error.HTTPError, at_most: int = -1) -> bytes:
        try:
            return answer.read(at_most)
        except (OSError, HTTPException) as error:
            raise self._broken_off(error) from None

    def _lines(self, answer: HTTPResponse | urllib.error.HTTPError) -> Iterator[bytes]:
        try:
            yield from answer
        except (OSError, HTTPException) as error:
            raise self._broken_off(error) from None

    def _refused(self, error: urllib.error.HTTPError) -> SteeringError:
        try:
            said = json.loads(error.read())["error"]
        except (OSError, ValueError, KeyError, TypeError, HTTPException):
            return self._no_control_plane()
        if error.code == _UNAUTHORIZED:
            return SteeringError(f"{self.url}: {said}; `relaylab serve` prints the token: give it with --token")
        return SteeringError(str(said))

    def _no_control_plane(self) -> SteeringError:
        return SteeringError(
            f"{self.url}: somebody answers there, but not as a control plane does; give the address that "
            "`relaylab serve` prints behind the word control"
        )

    def _broken_off(self, error: Exception) -> SteeringError:
        return SteeringError(f"{self.url}: the answer broke off ({error}); is it still serving?")


def step(name: str) -> str:
    """Write a name as one step of a path."""
    return urllib.parse.quote(name, safe="")


def _with_filters(path: str, filters: Mapping[str, str | int | None]) -> str:
    given = {name: value for name, value in filters.items() if value is not None}
    return f"{path}?{urllib.parse.urlencode(given)}" if given else path
