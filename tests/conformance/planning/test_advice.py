"""Where nothing fits, a sender is told what would help it, and nothing that would not."""

from __future__ import annotations

import pytest

from tests.conformance.planning.planning import a_sender, plan_of

CLOSED = ('public_ip = "203.0.113.42"', 'public_ip = "203.0.113.42"\noutbound_port_25 = "dropped"')
DEFAULTS = ("created = 2019-05-01", "created = 2019-05-01\nsecurity_defaults = true")
POLICY = (
    "  [[tenant.mail_contact]]",
    """  [[tenant.conditional_access_policy]]
  name = "Block"
  client_app_types = "other"
  [[tenant.mail_contact]]""",
)


@pytest.mark.parametrize(
    ("changed", "said", "unsaid"),
    [
        ((CLOSED,), "; re-enable Basic for a while", "security defaults"),
        ((CLOSED, DEFAULTS), "Conditional Access policies in place of security defaults", "; re-enable Basic"),
        ((CLOSED, POLICY), "exclude scanner@contoso.com from the policy", "; re-enable Basic"),
    ],
)
def test_a_password_is_advised_only_with_what_lets_it_through(
    changed: tuple[tuple[str, str], ...], said: str, unsaid: str
) -> None:
    plan = plan_of(a_sender(target="smtp-auth-basic"), changed=changed)

    assert plan.recommended is None
    assert said in plan.why
    assert unsaid not in plan.why
    assert "have the access provider of hq open port 25" in plan.why
    assert "Graph" not in plan.why, "no printer speaks it"


def test_a_from_of_nobody_is_told_to_send_as_an_accepted_domain() -> None:
    plan = plan_of(a_sender(mail_from="scanner@elsewhere.example", today="connector-relay"))

    assert plan.recommended is None
    assert "send with a MAIL FROM in an accepted domain, or have elsewhere.example verified" in plan.why


@pytest.mark.parametrize(("more", "is_said"), [((), True), ((CLOSED,), False)], ids=["the list alone", "port 25 too"])
def test_a_list_that_takes_mail_of_who_signed_in_only_is_named_where_it_is_the_obstacle(
    more: tuple[tuple[str, str], ...], *, is_said: bool
) -> None:
    listed = (
        "  [[tenant.mail_contact]]",
        """  [[tenant.distribution_group]]
  address = "all@contoso.com"
  members = ["desk@contoso.com"]
  require_sender_authentication_enabled = true
  [[tenant.mail_contact]]""",
    )
    sender = a_sender(target="smtp-auth-basic", to=("all@contoso.com", "customer@example.net"))
    plan = plan_of(sender, changed=(listed, *more))

    assert plan.recommended is None
    assert is_said is plan.why.startswith(
        "no method of Microsoft's fits as things stand: have all@contoso.com take mail of who does not sign in, which "
        "it refuses (550 5.7.133): Set-DistributionGroup -Identity all@contoso.com "
        "-RequireSenderAuthenticationEnabled $false; "
    ), plan.why
