"""What no export said stays a question in a plan: a guess is no reason, and a forger's address is in no record."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner

from relaylab_conformance.cli import main
from relaylab_conformance.planning import as_json, words
from relaylab_conformance.planning.as_csv import as_csv
from relaylab_conformance.planning.as_html import as_html
from relaylab_conformance.planning.as_markdown import as_markdown
from relaylab_conformance.planning.as_text import as_text
from relaylab_conformance.planning.model import Plan, Possible, SenderPlan
from relaylab_conformance.planning.unsaid import unsaid
from relaylab_conformance.planning.words import has_problems, headline, move
from tests.conformance.pages import Page
from tests.conformance.planning.planning import a_sender, candidate, estate_text, lines, plan_of, planned

FORGED = "198.51.100.66"
QUESTION = f"Direct Send, or somebody who forges luise.heuser@woodgrove.example: ask who owns {FORGED}"
GUESS = 'profile = "generic-mfp"  # unknown: no export says what machine or program it is'


@cache
def _text() -> str:
    """The world that import makes of the exports of woodgrove."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "woodgrove.toml"
        assert 1 == CliRunner().invoke(main, ["import", "--example", "woodgrove", "--out", str(out)]).exit_code
        return out.read_text(encoding="utf-8")


@cache
def woodgrove() -> Plan:
    return planned(_text()).plan


def named(plan: Plan, name: str) -> SenderPlan:
    return next(one for one in plan.senders if one.name == name)


def test_the_address_of_a_sender_that_may_be_a_forger_is_in_no_record_and_no_step() -> None:
    plan = woodgrove()
    steps = [step for one in plan.senders for each in one.candidates for step in each.steps]
    steps += [step for one in plan.senders for step in one.steps]

    assert any("ip4:192.0.2.61" in line for step in steps for line in step.lines)
    assert not [step for step in steps if FORGED in f"{step.what} {step.lines}"]


def test_spf_that_lacks_the_address_of_a_possible_forger_is_no_mistake() -> None:
    assert not [mistake for mistake in woodgrove().mistakes if "luise.heuser" in mistake.senders]


def test_a_sender_that_may_be_a_forger_is_asked_about_in_every_form() -> None:
    plan = woodgrove()
    forms = (as_text(plan, 200), as_markdown(plan), Page(as_html(plan)).root.text, as_json.as_json(plan), as_csv(plan))

    assert "ask first" == move(named(plan, "luise.heuser"))
    assert named(plan, "luise.heuser").recommended is None
    assert all(QUESTION in form for form in forms)


def test_once_it_is_known_who_the_sender_is_its_site_stands_in_the_record() -> None:
    plan = planned("\n".join(line.partition("  # unknown: Direct Send")[0] for line in _text().split("\n"))).plan
    records = [line for one in plan.senders for line in lines(one) if "v=spf1" in line]

    assert "stays" == move(named(plan, "luise.heuser"))
    assert any(f"ip4:{FORGED}" in record for record in records)


def test_an_estate_with_nothing_to_do_but_a_question_who_a_sender_is_has_something_to_do() -> None:
    text = estate_text(a_sender(today="direct-send", target="direct-send", to=("desk@contoso.com",)))
    asked = text.replace(
        'today = "direct-send"', 'today = "direct-send"  # unknown: Direct Send, or somebody who forges'
    )

    assert not planned(asked).plan.work
    assert has_problems(planned(asked).plan)
    assert "Every sender goes on as it is." not in headline(planned(asked).plan)


def test_every_form_begins_with_the_number_of_open_questions() -> None:
    plan = woodgrove()
    count = sum(line.count("# unknown: ") for line in _text().split("\n")[12:] if not line.startswith("target"))
    said = f"{count} questions stand open in the world file (# unknown): answer these first, and plan again."

    assert count == len(plan.open_questions) == len(json.loads(as_json.as_json(plan))["open_questions"])
    assert said == headline(plan)[0]
    for form in (as_text(plan, 200), as_markdown(plan).replace("\\", ""), Page(as_html(plan)).root.text):
        assert said in form
        assert "profile of sender scanner, alarm2, backup3, erp4-192.0.2.14, erp4-192.0.2.61 and 9 more" in form


def test_a_question_says_on_which_line_of_the_world_file_it_stands() -> None:
    asked = _text().split("\n")

    for one in woodgrove().open_questions:
        assert one.key in asked[one.line - 1] or asked[one.line - 1].startswith("]")
        assert one.ask in asked[one.line - 1]


def test_a_spreadsheet_has_what_to_answer_beside_each_sender_and_every_step_of_it() -> None:
    text = as_csv(woodgrove()).removeprefix("\ufeff")
    rows = {row["sender"]: row for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)}

    assert rows["ups5"]["answer first"].startswith("profile: no export says what machine or program it is; today: ")
    assert "outbound_port_25: whether 192.0.2.16 is static" in rows["crm6"]["answer first"]
    assert any("v=spf1" in row["lines to run, publish or set"] for row in rows.values())


@pytest.mark.parametrize("method", ["smtp-auth-oauth", "hve-oauth"])
def test_a_guessed_profile_is_no_reason_against_oauth_but_a_question(method: str) -> None:
    inside = a_sender(to=("desk@contoso.com",))
    way = candidate(plan_of(inside.replace('profile = "generic-mfp"', GUESS)), method)

    assert Possible.NOT_KNOWN is way.possible
    assert ("OAuth-capable? Not known: the profile generic-mfp is a guess; does it speak OAuth 2.0?",) == way.reasons
    assert Possible.NO is candidate(plan_of(inside), method).possible


def test_a_port_that_nobody_asked_the_provider_about_is_not_known_to_be_open() -> None:
    asked = ('name = "hq"', 'name = "hq"\n# unknown: outbound_port_25: whether it is open: ask its provider')
    (port,) = candidate(plan_of(a_sender(), changed=(asked,)), "connector-relay").reasons[1:]

    assert "port 25 open? Not known: ask the provider of hq, before anything is bought or changed" == port
    assert ("port 25 open? As the world file has it, at hq",) == candidate(
        plan_of(a_sender()), "connector-relay"
    ).reasons[1:]


def test_direct_send_is_a_question_to_a_sender_that_nobody_knows_the_place_of() -> None:
    inside = a_sender(to=("desk@contoso.com",), target="direct-send")
    plan = plan_of(inside, changed=(('site = "hq"\n', ""),))
    (asked,) = candidate(plan, "direct-send").reasons

    assert Possible.NOT_KNOWN is candidate(plan, "direct-send").possible
    assert "direct-send" != plan.recommended
    assert "port 25 open? Not known: nobody says where the sender stands; write its site into the world file" == asked


def test_direct_send_says_of_port_25_what_the_world_file_says() -> None:
    asked = ('name = "hq"', 'name = "hq"\n# unknown: outbound_port_25: whether it is open: ask its provider')
    inside = a_sender(to=("desk@contoso.com",), target="direct-send")

    assert "port 25 open? As the world file has it, at hq" in candidate(plan_of(inside), "direct-send").reasons
    assert "port 25 open? Not known: ask the provider of hq, before anything is bought or changed" in (
        candidate(plan_of(inside, changed=(asked,)), "direct-send").reasons
    )


def test_senders_of_which_site_and_profile_are_missing_are_told_to_write_them_and_not_that_nothing_fits() -> None:
    plan = woodgrove()
    ups = named(plan, "ups5")

    told = "Without the site and the profile nobody can say what fits 4 senders: alarm2, backup3, scanner, ups5."
    assert told in headline(plan)
    assert not [said for said in headline(plan) if "no method of Microsoft's fits" in said]
    assert ups.why.startswith(
        "nobody says where it stands nor what machine or program it is: write its site and its profile into the world "
        "file and plan again; until then, no method of Microsoft's fits: "
    )


def test_each_sender_is_told_what_is_missing_of_it_and_not_of_the_others() -> None:
    closed = ('public_ip = "203.0.113.42"', 'public_ip = "203.0.113.42"\noutbound_port_25 = "dropped"')
    itself = a_sender("itself", target="smtp-auth-basic", to=("scanner@contoso.com",))
    nowhere = a_sender("nowhere", target="smtp-auth-basic").replace('site = "hq"\n', "")
    guessed = a_sender("guessed", target="smtp-auth-basic").replace('profile = "generic-mfp"', GUESS)
    told = headline(planned(estate_text(itself, nowhere, guessed).replace(*closed)).plan)

    assert "Without the recipients nobody can say what fits 1 sender: itself." in told
    assert "Without the site nobody can say what fits 1 sender: nowhere." in told
    assert "Without the profile nobody can say what fits 1 sender: guessed." in told


def test_the_checklist_gives_the_reasons_of_the_way_that_is_recommended_too() -> None:
    text = as_markdown(planned(estate_text(a_sender())).plan)

    assert "- Connector relay, recommended: static IPv4? As the world file has it" in text
    assert "ask the provider if it stays" in text


@pytest.mark.parametrize(
    ("line", "is_open"),
    [
        ('profile = "curl"  # unknown: no export says what it is [4978]', False),
        ('profile = "generic-mfp"  # unknown: no export says what it is [4978]', True),
        ('profile = "generic-mfp"', False),
    ],
)
def test_a_question_whose_key_has_another_value_than_imported_is_answered(line: str, *, is_open: bool) -> None:
    text = estate_text(a_sender().replace('profile = "generic-mfp"', line))

    assert is_open is bool(planned(text).plan.open_questions)


def test_a_table_of_one_tenant_answers_no_question_of_the_next() -> None:
    asks = "# unknown: conditional_access_policy: no export lists them\n"
    first = f'[[tenant]]\nname = "one"\n{asks}'
    second = f'[[tenant]]\nname = "two"\n{asks}'
    policy = '[[tenant.conditional_access_policy]]\nname = "MFA for all"\n'

    assert ["one", "two"] == [one.name for one in unsaid(first + second).questions]
    assert ["one"] == [one.name for one in unsaid(first + second + policy).questions]
    assert ["two"] == [one.name for one in unsaid(first + policy + second).questions]


def test_a_question_of_several_addresses_names_none_of_them() -> None:
    asked = [one for one in words.questions(woodgrove()) if one.startswith("outbound_port_25 of site ")]

    assert 1 == len(asked)
    assert asked[0].endswith("whether each address is static, and port 25 open there: ask its provider")


def test_a_sender_that_nothing_is_recommended_to_has_no_other_ways_and_moves_to_nothing() -> None:
    plan = woodgrove()
    ups = named(plan, "ups5")

    assert f"### {ups.order}\\. ups5: SMTP AUTH with a password, ask first" in as_markdown(plan).split("\n")
    assert "to ask first" not in as_markdown(plan)
    assert f"{len(ups.candidates)} ways, and what stands for and against each" in Page(as_html(plan)).root.text


def test_the_address_of_a_possible_forger_goes_onto_no_connector_for_another_sender_either() -> None:
    ask = "Direct Send, or somebody who forges desk@contoso.com: ask who owns 198.51.100.7"
    stray = a_sender("stray", site="shop", mail_from="desk@contoso.com", today="direct-send", target="direct-send")
    known, doubtful = f"{a_sender('erp', site='shop')}\n{stray}", f'today = "direct-send"  # unknown: {ask}'
    asked = planned(estate_text(known.replace('today = "direct-send"', doubtful))).plan
    answered = planned(estate_text(known)).plan
    relay = candidate(named(asked, "erp"), "connector-relay")

    assert Possible.NOT_KNOWN is relay.possible
    assert (f"address of its own? Not known: {ask}; erp sends from there too",) == relay.reasons
    assert f"{ask}; erp sends from there too" == named(asked, "stray").ask_first
    assert named(asked, "erp").why.startswith("nobody says who owns the address that it sends from: write whose")
    assert not [line for one in asked.senders for line in lines(one) if "198.51.100.7" in line]
    assert any("198.51.100.7" in line for one in answered.senders for line in lines(one))


def test_an_answer_with_the_comment_left_is_evidence_of_nothing_that_was_imported() -> None:
    line = 'profile = "curl"  # unknown: no export says what it is [4978]'
    today = 'today = "smtp-auth-basic"  # unknown: a password is assumed [0000]'
    answered = a_sender().replace('profile = "generic-mfp"', line).replace('today = "smtp-auth-basic"', today)
    as_imported = answered.replace('"curl"', '"generic-mfp"')

    assert ("the world file says smtp-auth-basic, as scanner@contoso.com",) == plan_of(answered).evidence
    assert "profile generic-mfp, unknown: no export says what it is" in plan_of(as_imported).evidence
