"""High Volume Email without sockets: what a fixed token is worth, and what is said of it."""

from __future__ import annotations

import pytest

from relaylab.domain.directory import AppRegistration
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Judged
from tests.session.lines import Lab
from tests.session.worlds import BULK, BULK_TOKEN, with_high_volume_email

APP_ID = "00000000-0000-4000-8000-000000000001"
SUCCESS = "235 2.7.0 Authentication successful"
PERMISSIONS = "535 5.7.144 XOAUTH2 authentication failed. Invalid API permissions"


def answered(lab: Lab) -> str:
    """What is said to the account's fixed token."""
    return lab.connect(lab.party(endpoint=Endpoint.HVE)).secure().sign_in_with_token(BULK, BULK_TOKEN)


def with_application(app: AppRegistration) -> Lab:
    return Lab(with_high_volume_email(app_registrations=(app,)))


@pytest.mark.parametrize(
    ("app", "line"),
    [
        (AppRegistration(APP_ID, roles=("Mail.Send",)), SUCCESS),
        (AppRegistration(APP_ID, scopes=("Mail.Send",)), SUCCESS),
        (AppRegistration(APP_ID, roles=("SMTP.SendAsApp",)), PERMISSIONS),
        (AppRegistration(APP_ID, roles=("Mail.Send",), admin_consent=False), PERMISSIONS),
        (AppRegistration(APP_ID), PERMISSIONS),
    ],
)
def test_a_fixed_token_may_do_what_its_application_is_registered_for(app: AppRegistration, line: str) -> None:
    assert line == answered(with_application(app))


def test_the_fix_of_a_fixed_token_names_its_application() -> None:
    lab = with_application(AppRegistration(APP_ID, roles=("SMTP.SendAsApp",)))
    answered(lab)

    (fix,) = [
        event.decision.fix
        for event in lab.events
        if isinstance(event, Judged) and event.decision.rule == "hve.auth.token_lacks_mail_send"
    ]
    assert f"to application {APP_ID}" in fix


def test_of_an_application_that_nobody_registered_nothing_is_known() -> None:
    assert SUCCESS == answered(Lab(with_high_volume_email()))
