"""A plan that rests on Azure Communication Services is tried, and its pitfalls are named."""

from __future__ import annotations

import pytest

from relaylab.app.config import parse_world
from relaylab.app.rulebooks import rulebook_for
from relaylab.app.world_file.errors import WorldFileError
from relaylab.domain.clock import iso, parse_instant
from relaylab.domain.estate import Method
from relaylab_conformance.finding import Status
from relaylab_conformance.migration import Order, certify
from relaylab_conformance.migration.approach import Approach, NotTried, approach
from relaylab_conformance.migration.course import course, stops_at
from relaylab_conformance.planning import ways_acs
from relaylab_conformance.planning.preparation import prepared
from relaylab_conformance.planning.question import Question
from relaylab_conformance.planning.ways import steps_of
from relaylab_conformance.report.model import Cell, Certificate
from relaylab_conformance.timeline import as_text, timeline
from tests.conformance.estates import a_sender, estate_text, only_sender, the_cell
from tests.conformance.estates import certified as certified_in_general

AT = "2026-12-30"
APP = "a0000000-0000-4000-8000-0000000000ac"
FIRST = '[[tenant]]\nname = "northwind"'


def an_estate(
    *,
    created: str = "2025-02-01",
    linked: str = "contoso.com",
    username: str = "orders@contoso.com",
    more: str = "messages_per_day = 40",
    secret_ends: str = "2030-01-01",
) -> str:
    """Contoso with a resource, and a program that moves to it."""
    tables = f"""
  [[tenant.app_registration]]
  app_id = "{APP}"
    [[tenant.app_registration.password_credential]]
    secret_text = "fake-client-secret"
    end_date_time = {secret_ends}
  [[tenant.acs_resource]]
  name = "contoso-mail"
  created = {created}
  linked_domains = ["{linked}"]
  sender_usernames = ["{username}"]
    [[tenant.acs_resource.role_assignment]]
    assignee = "{APP}"
"""
    sender = a_sender(
        target="acs-smtp", profile="python-smtplib", mail_from="orders@contoso.com", sign_in="scanner@contoso.com"
    )
    return f"{estate_text(sender)}\n{more}".replace(FIRST, f"{tables}\n{FIRST}")


def certified(text: str, at: str = AT) -> Certificate:
    return certify(parse_world(text, "estate"), Order(at=(parse_instant(at),)))


def test_a_configured_sender_of_a_linked_domain_is_carried() -> None:
    certificate = certified(an_estate())

    (outcome,) = the_cell(certificate, "acs-smtp", AT).outcomes
    assert Status.PASS is outcome.status
    assert {"desk@contoso.com": "inbox", "customer@example.net": "outside"} == outcome.placed
    (said,) = [sentence for sentence in only_sender(certificate).pitfalls if sentence.startswith("acs-smtp")]
    assert "takes nothing from 2028-10-01 on" in said


@pytest.mark.parametrize(
    ("changes", "rule", "pitfall"),
    [
        (
            {"linked": "fabrikam.example", "username": "orders@fabrikam.example"},
            "acs_smtp.data.domain_is_not_linked",
            "contoso.com is not linked to contoso-mail",
        ),
        (
            {"username": "billing@contoso.com"},
            "acs_smtp.data.sender_username_is_unknown",
            "orders@contoso.com is none of contoso-mail's",
        ),
        (
            {"created": "2026-11-01"},
            "acs_smtp.auth.resource_is_of_a_new_customer",
            "had no resource before 2026-10-23, so that it could not be made",
        ),
    ],
)
def test_a_plan_that_cannot_be_carried_out_fails_and_says_why(changes: dict[str, str], rule: str, pitfall: str) -> None:
    certificate = certified(an_estate(**changes))

    cell = the_cell(certificate, "acs-smtp", AT)
    assert Status.FAIL is cell.status
    assert [rule] == [outcome.rule for outcome in cell.outcomes]
    assert [sentence for sentence in only_sender(certificate).pitfalls if pitfall in sentence]


METHODS = pytest.mark.parametrize("method", ["acs-smtp", "acs-rest"])
RULES = {
    "acs-smtp": "acs_smtp.auth.resource_is_of_a_new_customer",
    "acs-rest": "acs_rest.send.resource_is_of_a_new_customer",
}


def without_a_resource(
    method: str, *at: str, milestones: dict[str, str | None] | None = None
) -> tuple[Certificate, list[Cell]]:
    certificate = certified_in_general(a_sender(target=method), at=at, milestones=milestones)
    return certificate, [the_cell(certificate, method, each) for each in at]


@METHODS
def test_a_tenant_without_a_resource_can_make_one_until_the_service_closes(method: str) -> None:
    certificate, (before, after) = without_a_resource(method, "2026-10-22T23:59:59Z", "2026-10-23")

    assert (Status.NOT_EXERCISED, Status.FAIL) == (before.status, after.status)
    assert "it is still to be made" in before.reason
    assert "from 2026-10-23 on a new customer can make none" in before.reason
    assert "has no Communication Services resource" in after.reason
    assert [RULES[method]] == [outcome.rule for outcome in after.outcomes]
    assert "since 2026-10-23" in after.outcomes[0].fix
    assert [one for one in only_sender(certificate).pitfalls if "since 2026-10-23 new customers make none" in one]


@METHODS
@pytest.mark.parametrize(
    ("closed", "status"), [("2027-03-01", Status.NOT_EXERCISED), ("2026-12-30", Status.FAIL), (None, "open")]
)
def test_the_day_on_which_it_closes_is_the_calendar_s(method: str, closed: str | None, status: str) -> None:
    _, (cell,) = without_a_resource(method, AT, milestones={"acs_closed_to_new_customers": closed})

    if status == "open":
        assert Status.NOT_EXERCISED is cell.status
        assert "can make none" not in cell.reason
    else:
        assert status is cell.status
        assert f"{closed}" in (cell.outcomes[0].fix if cell.outcomes else cell.reason)


@METHODS
def test_a_timeline_shows_until_when_the_resource_can_be_made(method: str) -> None:
    estate = parse_world(estate_text(a_sender(target=method)), "estate")
    found = timeline(estate, rulebook_for(estate.world))
    spans = next(each.spans for each in found.courses if each.method.value == method)

    assert [None, RULES[method]] == [span.decision.rule for span in spans[-2:]]
    assert "2026-10-23" == iso(spans[-1].since)[:10]
    assert not any(span.arrives for span in spans)
    assert found.has_problems
    assert "it is still to be made" in " ".join(as_text(found, 400).split())


def test_before_the_first_stable_api_version_that_is_what_is_said() -> None:
    certificate, (before, at) = without_a_resource("acs-rest", "2023-03-30T23:59:59Z", "2023-03-31")

    assert Status.NOT_EXERCISED is before.status
    assert "before 2023-03-31 the REST interface of Azure Communication Services Email has no stable" in before.reason
    assert "it is still to be made" in at.reason
    del certificate


def test_before_smtp_azurecomm_net_exists_that_is_what_is_said() -> None:
    _, (before, at) = without_a_resource("acs-smtp", "2023-10-31T23:59:59Z", "2023-11-01")

    assert "smtp.azurecomm.net does not exist yet" in before.reason
    assert "it is still to be made" in at.reason


@pytest.mark.parametrize(
    ("messages", "fits"),
    [("messages_per_day = 2400", True), ("messages_per_day = 2401", False)],
)
def test_a_volume_over_the_quota_is_named(messages: str, *, fits: bool) -> None:
    said = only_sender(certified(an_estate(more=messages))).pitfalls

    assert fits is not any("2,400 a day at best" in sentence for sentence in said)


@pytest.mark.parametrize("method", ["acs-smtp", "acs-rest"])
@pytest.mark.parametrize(
    ("a_day", "plan"), [(2_400, "the plan is enough"), (50_000, "the plan is enough but for its volume")]
)
def test_a_plan_that_the_rate_refuses_is_not_simply_enough(method: str, a_day: int, plan: str) -> None:
    text = an_estate(more=f"messages_per_day = {a_day}").replace('target = "acs-smtp"', f'target = "{method}"')

    sender = only_sender(certified(text))
    assert plan == sender.plan
    assert (a_day > 2_400) == ("it carries 2,400 messages a day at best, and this sender has 50,000" in sender.summary)


@METHODS
def test_who_stays_with_a_method_that_is_too_small_hears_so(method: str) -> None:
    text = an_estate(more="messages_per_day = 2401").replace('target = "acs-smtp"', f'target = "{method}"')
    sender = only_sender(certified(text.replace('today = "smtp-auth-basic"', f'today = "{method}"')))

    assert "there is no plan" == sender.plan
    assert "Not all of a day does: it carries 2,400 messages a day at best, and this sender has 2,401" in sender.summary


# By a token of Entra --------------------------------------------------------------------------------------------------

TOKEN = 'messages_per_day = 40\nacs_credential = "token"'
NAMED = f"""    [[tenant.acs_resource.smtp_username]]
    username = "printers@contoso.com"
    entra_application_id = "{APP}"
"""


def by_token(method: str, **changes: str) -> str:
    text = an_estate(**({"more": TOKEN} | changes)).replace('target = "acs-smtp"', f'target = "{method}"')
    return text.replace(FIRST, f"{NAMED}\n{FIRST}")


@METHODS
def test_a_sender_that_brings_a_token_asks_entra_for_it(method: str) -> None:
    certificate = certified(by_token(method))

    (outcome,) = the_cell(certificate, method, AT).outcomes
    assert Status.PASS is outcome.status
    assert {"desk@contoso.com": "inbox", "customer@example.net": "outside"} == outcome.placed
    said = "\n".join(map(str, certificate.transcripts.values()))
    assert "grant_type=client_credentials" in said
    assert "scope=https://communication.azure.com/.default" in said
    assert ("AUTH XOAUTH2" in said) == (method == "acs-smtp")
    assert "fake-client-secret" not in said
    assert "eyJ" not in said.replace("AUTH XOAUTH2 dXNlcj1", ""), "no token stands in a transcript"


@METHODS
def test_a_token_without_a_role_on_the_resource_opens_nothing(method: str) -> None:
    text = by_token(method).replace(f'    assignee = "{APP}"', '    assignee = "a0000000-0000-4000-8000-0000000000ad"')
    cell = the_cell(certified(text), method, AT)

    assert Status.FAIL is cell.status
    rule = {"acs-smtp": "acs_smtp.auth.application_has_no_role", "acs-rest": "acs_rest.send.application_lacks_the_role"}
    assert [rule[method]] == [outcome.rule for outcome in cell.outcomes]


@METHODS
def test_by_token_too_the_course_ends_with_the_secret_and_with_the_service(method: str) -> None:
    for ends, stop, who in (("2027-06-01", "2027-06-01", "entra"), ("2030-01-01", "2028-10-01", "acs")):
        world = parse_world(by_token(method, secret_ends=ends), "estate").world
        spans = course(world, rulebook_for(world), world.senders[0], Method(method))
        stopped = stops_at(spans)
        assert stopped is not None
        assert stop == iso(stopped)[:10]
        refused = next(span for span in spans if span.since == stopped)
        assert (refused.decision.rule or "").startswith(who)


def test_a_name_in_three_parts_is_no_name_for_a_token_over_smtp() -> None:
    cell = the_cell(certified(an_estate(more=TOKEN)), "acs-smtp", AT)

    assert ["acs_smtp.auth.xoauth2_wants_an_smtp_username"] == [outcome.rule for outcome in cell.outcomes]


@METHODS
def test_an_application_without_a_credential_is_not_tried(method: str) -> None:
    text = by_token(method)
    first, _, rest = text.partition("    [[tenant.app_registration.password_credential]]")
    bare = first + rest.partition("2030-01-01\n")[2]

    world = parse_world(bare, "estate").world
    way = approach(world, world.senders[0], Method(method))
    assert isinstance(way, NotTried)
    assert f"application {APP} has no client secret" in way.reason


@pytest.mark.parametrize(
    ("method", "held", "is_taken"),
    [
        ("acs-smtp", "client-secret", True),
        ("acs-smtp", "access-key", False),
        ("acs-rest", "access-key", True),
        ("acs-rest", "client-secret", False),
        ("direct-send", "token", False),
    ],
)
def test_a_credential_is_one_that_a_method_of_the_sender_takes(method: str, held: str, *, is_taken: bool) -> None:
    text = an_estate(more=f'acs_credential = "{held}"').replace('target = "acs-smtp"', f'target = "{method}"')
    if is_taken:
        world = parse_world(text, "estate").world
        assert isinstance(approach(world, world.senders[0], Method(method)), Approach)
        return
    with pytest.raises(WorldFileError, match=r"acs_credential.*is taken by neither method of this sender; write"):
        parse_world(text, "estate")


# In time --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "begins", "before"),
    [
        ("three parts", "2023-11-01", "acs_smtp.auth.service_does_not_exist_yet"),
        ("username", "2024-09-01", "acs_smtp.auth.smtp_usernames_do_not_exist_yet"),
        ("token", "2025-01-01", "acs_smtp.auth.xoauth2_is_not_offered_yet"),
        ("rest", "2023-03-31", "acs_rest.send.only_previews_exist_yet"),
    ],
)
def test_a_timeline_shows_each_date_on_which_communication_services_change(text: str, begins: str, before: str) -> None:
    made = {"created": "2021-02-01"}
    written = {
        "three parts": an_estate(**made),
        "username": an_estate(**made).replace(FIRST, f"{NAMED}\n{FIRST}"),
        "token": by_token("acs-smtp", **made),
        "rest": an_estate(**made).replace('target = "acs-smtp"', 'target = "acs-rest"'),
    }
    estate = parse_world(written[text], "estate")
    found = timeline(estate, rulebook_for(estate.world))
    (course_of,) = [one for one in found.courses if one.method.value.startswith("acs-")]

    (arrives,) = [span for span in course_of.spans if span.arrives]
    earlier = next(span for span in course_of.spans if span.until == arrives.since)
    later = next(span for span in course_of.spans if span.since == arrives.until)
    assert (begins, "2028-10-01") == tuple(iso(edge)[:10] for edge in (arrives.since, later.since))
    assert before == earlier.decision.rule
    assert (later.decision.rule or "").endswith(".service_has_ended")
    assert begins in as_text(found, 400)


def test_a_timeline_shows_from_when_an_azure_managed_domain_carries_less() -> None:
    managed = "5e1f3a2b-0000-4000-8000-000000000001.azurecomm.net"
    more = 'messages_per_day = 241\nacs_resource = "contoso-mail"'
    text = an_estate(created="2021-02-01", linked=managed, username=f"DoNotReply@{managed}", more=more)
    estate = parse_world(
        text.replace('from = "orders@contoso.com"', f'from = "DoNotReply@{managed}"').replace("acs-smtp", "acs-rest"),
        "estate",
    )
    lines = as_text(timeline(estate, rulebook_for(estate.world)), 400).splitlines()

    (before,) = [line.split() for line in lines if " 2023-03-31 " in line]
    assert ["2023-03-31", "arrives"] == before
    (since,) = [line for line in lines if " 2024-03-01 " in line]
    assert "arrives, but not all of a day: it carries 240 messages a day at best, and this sender has 241" in since


def test_the_course_ends_with_the_secret_and_with_the_service() -> None:
    for ends, stop in (("2027-06-01", "2027-06-01"), ("2030-01-01", "2028-10-01")):
        world = parse_world(an_estate(secret_ends=ends), "estate").world
        spans = course(world, rulebook_for(world), world.senders[0], Method.ACS_SMTP)
        stopped = stops_at(spans)
        assert stopped is not None
        assert stop == iso(stopped)[:10]
        assert "2025-02-01" == next(iso(span.since)[:10] for span in spans if span.arrives)


# Its plan -------------------------------------------------------------------------------------------------------------


@METHODS
def test_the_steps_before_a_token_are_those_that_make_it_good(method: str) -> None:
    text = an_estate(more=TOKEN).replace('target = "acs-smtp"', f'target = "{method}"')
    bare = text.replace(f'    [[tenant.acs_resource.role_assignment]]\n    assignee = "{APP}"\n', "")
    bare += f'\napp_id = "{APP}"'
    world = parse_world(bare, "estate").world
    steps = steps_of(Question(world, rulebook_for(world), world.senders[0], (parse_instant(AT),)), Method(method))
    lines = "\n".join(line for one in steps for line in one.step.lines)

    assert f"az role assignment create --assignee {APP}" in lines
    assert ("SMTP Usernames: Add" in lines) == (method == "acs-smtp")
    assert ("AUTH XOAUTH2" if method == "acs-smtp" else "with a token for https://communication.azure.com/") in lines
    ready = prepared(world, steps)
    (first,) = [span for span in course(ready, rulebook_for(ready), ready.senders[0], Method(method)) if span.arrives]
    assert "2025-02-01" == iso(first.since)[:10]


def test_a_device_without_oauth_has_no_plan_by_token_over_smtp_and_one_over_rest() -> None:
    text = by_token("acs-smtp").replace('profile = "python-smtplib"', 'profile = "generic-mfp"')
    world = parse_world(text, "estate").world
    question = Question(world, rulebook_for(world), world.senders[0], (parse_instant(AT),))

    assert ["OAuth-capable? No: generic-mfp has no OAuth 2.0"] == list(ways_acs.against(question, Method.ACS_SMTP))
    assert [] == list(ways_acs.against(question, Method.ACS_REST))
