"""A webhook on this machine, as a subscriber to the events of a resource runs one."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 30.0  # real seconds that a call may take on a busy machine
Answer = Callable[[Any], tuple[int, Any]]


class Subscriber:
    """A webhook: it keeps what it is sent, and answers as it is told."""

    def __init__(self, answer: Answer) -> None:
        self.calls: queue.Queue[tuple[str, Any]] = queue.Queue()
        subscriber = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, document = answer(body)
                said = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Location", "http://127.0.0.2:1/elsewhere")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
                subscriber.calls.put((self.headers["aeg-event-type"], body))

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/events"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def next(self) -> tuple[str, Any]:
        return self.calls.get(timeout=PATIENCE)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def shake_hands(body: Any) -> tuple[int, Any]:  # noqa: ANN401 - JSON
    code = body[0]["data"].get("validationCode")
    return 200, {"validationResponse": code} if code else {}
