"""MAIL FROM at smtp.office365.com."""

from dataclasses import replace

import pytest

from relaylab.domain.decision import EffectKind
from relaylab.domain.peer import TlsFacts
from relaylab.domain.tenant import RecipientPermission
from tests.builders import TLS, a_mail_ask, a_mailbox, a_tenant, an_address, at, just_before
from tests.rules.judging import effect, said, verdict

SENDER_OK = "250 2.1.0 Sender OK"
STARTTLS = "451 5.7.3 STARTTLS is required to send mail"
ANONYMOUS = "530 5.7.57 Client not authenticated to send mail."
ANONYMOUS_IN_2020 = "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM"
TOO_LARGE = "552 5.3.4 Message size exceeds fixed maximum message size"
FAILURE = "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect."
LIMIT = 157_286_400


def test_a_signed_in_sender_is_accepted() -> None:
    assert SENDER_OK == said(a_mail_ask())


def test_an_empty_reverse_path_is_accepted() -> None:
    assert SENDER_OK == said(a_mail_ask(None))


def test_a_sender_that_the_mailbox_may_not_use_is_accepted_here() -> None:
    assert SENDER_OK == said(a_mail_ask("ceo@contoso.com"))


def test_without_tls_mail_is_deferred() -> None:
    ask = a_mail_ask(tls=None, principal=None, tenant=None)

    assert STARTTLS == said(ask)
    assert EffectKind.DEFER == effect(ask)


def test_inside_tls_without_a_sign_in_mail_is_refused() -> None:
    assert ANONYMOUS == said(a_mail_ask(principal=None, tenant=None))


def test_after_a_failed_sign_in_the_refusal_quotes_what_auth_was_told() -> None:
    ask = a_mail_ask(principal=None, tenant=None, sign_in_failure=FAILURE)

    assert f"{ANONYMOUS} Error: {FAILURE}" == said(ask)


def test_before_starttls_a_failed_sign_in_is_not_quoted() -> None:
    assert STARTTLS == said(a_mail_ask(tls=None, principal=None, tenant=None, sign_in_failure=FAILURE))


def test_a_failure_before_the_sign_in_that_worked_is_forgotten() -> None:
    assert SENDER_OK == said(a_mail_ask(sign_in_failure=FAILURE))


@pytest.mark.parametrize(
    ("tls", "failure", "line"),
    [
        (None, None, STARTTLS),
        (TLS, None, ANONYMOUS),
        (TLS, FAILURE, f"{ANONYMOUS} Error: {FAILURE}"),
    ],
)
def test_until_2021_every_anonymous_sender_got_the_long_line(
    tls: TlsFacts | None, failure: str | None, line: str
) -> None:
    ask = a_mail_ask(principal=None, tenant=None, tls=tls, sign_in_failure=failure)

    assert ANONYMOUS_IN_2020 == said(replace(ask, now=just_before("2021-01-01")))
    assert line == said(replace(ask, now=at("2021-01-01")))


def test_in_2020_a_signed_in_sender_was_accepted() -> None:
    assert SENDER_OK == said(a_mail_ask(now="2020-10-20"))


@pytest.mark.parametrize(
    ("size", "line"), [(None, SENDER_OK), (0, SENDER_OK), (LIMIT, SENDER_OK), (LIMIT + 1, TOO_LARGE)]
)
def test_a_message_that_announces_more_than_150_mib_is_refused(size: int | None, line: str) -> None:
    assert line == said(a_mail_ask(declared_size=size))


def test_who_is_not_signed_in_learns_that_before_the_size() -> None:
    assert ANONYMOUS == said(a_mail_ask(principal=None, tenant=None, declared_size=LIMIT + 1))


@pytest.mark.parametrize(("reading", "line"), [("accept", SENDER_OK), ("502", "502 5.3.3 Command not implemented")])
def test_smtputf8_is_answered_as_the_reading_has_it(reading: str, line: str) -> None:
    assert line == said(a_mail_ask(wants_smtputf8=True), smtputf8_in_mail=reading)
    assert SENDER_OK == said(a_mail_ask(), smtputf8_in_mail=reading)


def test_under_the_older_reading_a_foreign_sender_is_refused_here() -> None:
    line = "550 5.7.60 SMTP; Client does not have permissions to send as this sender"

    assert line == said(a_mail_ask("ceo@contoso.com"), send_as_refusal="5.7.60")


@pytest.mark.parametrize(
    "sender", ["scanner@contoso.com", "Scanner@CONTOSO.com", "alerts@contoso.com", "desk@contoso.com"]
)
def test_under_the_older_reading_own_addresses_and_granted_ones_pass(sender: str) -> None:
    mailbox = a_mailbox(proxy_addresses=(an_address("alerts@contoso.com"),))
    grant = RecipientPermission(an_address("desk@contoso.com"), trustee=mailbox.address)
    tenant = a_tenant(mailboxes=(mailbox,), recipient_permissions=(grant,))

    assert SENDER_OK == said(a_mail_ask(sender, principal=mailbox, tenant=tenant), send_as_refusal="5.7.60")


def test_under_the_older_reading_an_empty_reverse_path_passes() -> None:
    assert SENDER_OK == said(a_mail_ask(None), send_as_refusal="5.7.60")


def test_the_fix_for_a_foreign_sender_is_the_grant() -> None:
    fix = "Add-RecipientPermission ceo@contoso.com -AccessRights SendAs -Trustee scanner@contoso.com"

    assert fix == verdict(a_mail_ask("ceo@contoso.com"), send_as_refusal="5.7.60").fix
