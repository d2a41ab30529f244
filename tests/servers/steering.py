"""What the tests of the control plane have in common: more words for a client that knows the token."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx

from tests.clients.controlled import Controlled

Json = Any


def send(
    controlled: Controlled, method: str, path: str, body: object = None, status: int = 200, **headers: str
) -> Json:
    """Send a request; give the JSON it answers, or None."""
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = controlled.client.request(method, path, content=content, headers=given)
    assert status == answer.status_code, answer.text
    return answer.json() if answer.content else None


def server_sent(answer: httpx.Response) -> Iterator[dict[str, str]]:
    """Read server-sent events as the standard says, comments left out."""
    event: dict[str, str] = {}
    for line in answer.iter_lines():
        if not line:
            if event:
                yield event
            event = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = value
