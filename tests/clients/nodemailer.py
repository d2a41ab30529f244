"""npm's nodemailer, driven by ``node/send.mjs``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.clients.errand import Answer, Errand, Outcome, Refused
from tests.clients.programs import NODE_FOLDER, node_with_nodemailer, run


class Nodemailer:
    """nodemailer with the options of its documentation."""

    sent = "sent"
    refused: Mapping[Refused, int | str] = {
        Refused.SIGN_IN: "EAUTH",
        Refused.SENDER: "EENVELOPE",
        Refused.RECIPIENT: "EENVELOPE",
        Refused.MESSAGE: "EMESSAGE",
    }

    def send(self, errand: Errand, folder: Path, **more: object) -> Outcome:
        options: dict[str, Any] = {
            "host": errand.where.host,
            "port": errand.where.port,
            "name": "client.example",
            "requireTLS": errand.tls,
            "ignoreTLS": not errand.tls,
            "tls": {"ca": errand.ca_file.read_text("ascii")} if errand.ca_file else {},
        }
        if errand.token is not None:
            options["auth"] = {"type": "OAuth2", "user": errand.user, "accessToken": errand.token}
        elif errand.user is not None:
            options["auth"] = {"user": errand.user, "pass": errand.password}
        return self.run(errand, folder, options | more)

    def run(
        self, errand: Errand, folder: Path, options: Mapping[str, Any], environment: Mapping[str, str] | None = None
    ) -> Outcome:
        message = folder / "message.eml"
        message.write_bytes(errand.content)
        job = {
            "options": dict(options),
            "envelope": {"from": errand.mail_from, "to": list(errand.to)},
            "message": str(message),
        }
        script = NODE_FOLDER / "send.mjs"
        ran = run([node_with_nodemailer(), script], folder, given=json.dumps(job).encode(), environment=environment)
        assert 0 == ran.returncode, ran.stderr.decode()
        said: dict[str, Any] = json.loads(ran.stdout)
        response = str(said.get("response") or "")
        answer = Answer.parse(response[:3], response[4:]) if said.get("code") and response else None
        return Outcome(said.get("code", "sent"), answer, str(said.get("message", response)))
