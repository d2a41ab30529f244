"""Debian's msmtp."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.clients.errand import Answer, Errand, Outcome, Refused
from tests.clients.programs import program, run


class Msmtp:
    """msmtp with a configuration file; it gives the exit codes of sysexits.h."""

    sent = 0
    refused: Mapping[Refused, int | str] = {
        Refused.SIGN_IN: 77,  # EX_NOPERM
        Refused.SENDER: 69,  # EX_UNAVAILABLE
        Refused.RECIPIENT: 65,  # EX_DATAERR
        Refused.MESSAGE: 69,
    }

    def send(self, errand: Errand, folder: Path, *more: str) -> Outcome:
        settings = folder / "msmtprc"
        settings.touch(mode=0o600)  # msmtp refuses to read a password that others could read
        settings.write_text("\n".join([*self.settings(errand), *more, ""]), encoding="utf-8")
        ran = run([program("msmtp"), "--file", str(settings), "--", *errand.to], folder, given=errand.content)
        output = ran.stderr.decode("utf-8", "replace")
        refusals = re.findall(r"^msmtp: server message: (\d\d\d) (.*)$", output, re.MULTILINE)
        return Outcome(ran.returncode, Answer.parse(*refusals[-1]) if refusals else None, output)

    def settings(self, errand: Errand) -> list[str]:
        lines = [
            "account default",
            f"host {errand.where.host}",
            f"port {errand.where.port}",
            f"from {errand.mail_from}",
            "domain client.example",
            "tls on" if errand.tls else "tls off",
        ]
        if errand.ca_file is not None:
            lines += [f"tls_trust_file {errand.ca_file}"]
        if errand.user is not None:
            mechanism = "xoauth2" if errand.token else "login"
            lines += [f"auth {mechanism}", f"user {errand.user}", f'password "{errand.token or errand.password}"']
        return lines
