"""Debian's curl."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.clients.errand import Answer, Errand, Outcome, Refused
from tests.clients.programs import program, run


class Curl:
    """curl --url smtp://...; it shows the server's lines with --verbose only; the URL's path is its name in EHLO."""

    sent = 0
    refused: Mapping[Refused, int | str] = {
        Refused.SIGN_IN: 67,  # "failed to log in"
        Refused.SENDER: 55,
        Refused.RECIPIENT: 55,
        Refused.MESSAGE: 8,  # "weird server reply"
    }

    def send(self, errand: Errand, folder: Path, *more: str) -> Outcome:
        message = folder / "message.eml"
        message.write_bytes(errand.content)
        return self.run(
            folder,
            *self.connection(errand),
            *("--mail-from", errand.mail_from),
            *(word for recipient in errand.to for word in ("--mail-rcpt", recipient)),
            *("--upload-file", str(message)),
            *more,
        )

    def connection(self, errand: Errand) -> Sequence[str]:
        words = ["--url", f"smtp://{errand.where.host}:{errand.where.port}/client.example"]
        if errand.tls:
            words += ["--ssl-reqd"]
        if errand.ca_file is not None:
            words += ["--cacert", str(errand.ca_file)]
        if errand.token is not None:
            words += ["--user", str(errand.user), "--oauth2-bearer", errand.token]
        elif errand.user is not None:
            words += ["--user", f"{errand.user}:{errand.password}"]
        return words

    def run(self, folder: Path, *words: str) -> Outcome:
        # The first word keeps ~/.curlrc out.
        ran = run([program("curl"), "-q", "--silent", "--show-error", "--verbose", *words], folder)
        output = ran.stderr.decode("utf-8", "replace").replace("\r\n", "\n")
        refusals = re.findall(r"^< ([45]\d\d) (.*)$", output, re.MULTILINE)
        return Outcome(ran.returncode, Answer.parse(*refusals[-1]) if refusals else None, output)
