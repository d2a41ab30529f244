from __future__ import annotations

import pytest

from tests.clients.curl import Curl
from tests.clients.errand import MailClient
from tests.clients.msmtp import Msmtp
from tests.clients.nodemailer import Nodemailer
from tests.clients.python_aiosmtplib import Aiosmtplib
from tests.clients.python_smtplib import Smtplib
from tests.clients.swaks import Swaks

CLIENTS: tuple[type[MailClient], ...] = (Curl, Msmtp, Swaks, Smtplib, Aiosmtplib, Nodemailer)


@pytest.fixture(params=CLIENTS, ids=lambda kind: kind.__name__.lower())
def client(request: pytest.FixtureRequest) -> MailClient:
    """Each client in turn."""
    kind: type[MailClient] = request.param
    return kind()
