"""Debian's swaks, which is told to sign in by LOGIN: PLAIN, its other basic mechanism, is not offered here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.clients import programs
from tests.clients.errand import Answer, Errand, Outcome, Refused


class Swaks:
    """swaks with its documented exit codes."""

    sent = 0
    refused: Mapping[Refused, int | str] = {
        Refused.SIGN_IN: 28,
        Refused.SENDER: 23,
        Refused.RECIPIENT: 24,
        Refused.MESSAGE: 26,
    }

    def send(self, errand: Errand, folder: Path, *more: str) -> Outcome:
        message = folder / "message.eml"
        message.write_bytes(errand.content.removesuffix(b"\n").removesuffix(b"\r"))  # swaks ends the last line itself
        command = [
            *(programs.swaks(), "--server", errand.where.host, "--port", str(errand.where.port)),
            *("--ehlo", "client.example", "--from", errand.mail_from, "--to", ",".join(errand.to)),
            *("--data", f"@{message}"),
        ]
        if errand.tls:
            command += ["--tls", "--tls-verify"]
        if errand.ca_file is not None:
            command += ["--tls-ca-path", str(errand.ca_file)]
        if errand.user is not None:
            command += ["--auth", "LOGIN", "--auth-user", errand.user, "--auth-password", str(errand.password)]
        ran = programs.run([*command, *more], folder)
        output = (ran.stdout + ran.stderr).decode("utf-8", "replace")
        refusals = re.findall(r"^<[~*][*~]? +(\d\d\d) (.*)$", output, re.MULTILINE)
        refusals = [(code, rest) for code, rest in refusals if code[0] in "45"]
        return Outcome(ran.returncode, Answer.parse(*refusals[-1]) if refusals else None, output)
