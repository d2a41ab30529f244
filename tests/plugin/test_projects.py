"""What a project sees of the plugin: its choices, its mistakes, its failures."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Project

SENDING = """
import smtplib


def submit(lab):
    with smtplib.SMTP(lab.submission.host, lab.submission.port) as smtp:
        smtp.starttls(context=lab.ssl_context())
        smtp.login(*lab.accounts.scanner.login)
        smtp.sendmail("scanner@contoso.com", ["helpdesk@contoso.com"], "Subject: page 1\\n\\nOne page.")


def relay(lab, to="helpdesk@contoso.com"):
    with smtplib.SMTP(lab.mx.host, lab.mx.port) as smtp:
        smtp.sendmail("a@contoso.com", [to], "From: a@contoso.com\\nSubject: page 1\\n\\nOne page.")
"""


def test_a_failed_test_shows_the_dialogue_the_rule_its_source_and_the_way_past(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            from conftest import submit

            def test_it(relaylab):
                relaylab.travel("2027-01-04")
                submit(relaylab)
            """,
    )
    run = project.run("--tb=short")

    assert "failure" == run.outcomes["test_it"]
    _, _, shown = run.output.partition("- relaylab -")
    for part in ("S: 550 5.7.30 ", "Rule: submission.auth.basic_auth_is_off_by_default", "Source: ", "Nearest: with "):
        assert part in shown
    assert "fake-tray-2" not in run.output


@pytest.mark.parametrize("variables", [{}, {"CI": "true"}], ids=["at home", "in CI, where pytest sums up in full"])
def test_a_failure_that_has_told_it_all_does_not_tell_it_twice(project: Project, variables: dict[str, str]) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            from conftest import relay

            def test_it(relaylab):
                relay(relaylab)
                relaylab.messages.to("nobody@contoso.com").one()
            """,
    )
    run = project.run("--tb=short", **variables)

    assert 1 == run.output.count("On the wire:"), run.output
    assert "MessageNotSeenError: expected one message to nobody@contoso.com" in run.output


def test_mistakes_in_markers_and_fixtures_are_errors_with_the_way_out(project: Project) -> None:
    project.write(
        test_a="""
            import pytest

            @pytest.mark.relaylab(att="2027-01-04")
            def test_word(relaylab): ...

            @pytest.mark.relaylab("2027-01-04")
            def test_place(relaylab): ...

            @pytest.mark.relaylab(reading={"basic_auth_refusal": "5.7.31"})
            def test_reading(relaylab): ...

            @pytest.mark.relaylab(milestones={"basic_auth_off": None})
            def test_milestone(relaylab): ...

            @pytest.mark.relaylab(at="tomorrow")
            def test_date(relaylab): ...

            @pytest.mark.relaylab(world="contsoo")
            def test_world(relaylab): ...

            @pytest.mark.relaylab(faults="mx=421conect")
            def test_fault(relaylab): ...
            """
    )
    run = project.run()

    assert {"error"} == set(run.outcomes.values())
    for said in (
        "@pytest.mark.relaylab knows nothing of att=; did you mean at=?",
        "@pytest.mark.relaylab takes words only, as at='2027-01-04'",
        "relaylab: reading basic_auth_refusal: '5.7.31' is not one of 5.7.30, 5.7.139",
        "relaylab: no milestone is named basic_auth_off",
        "relaylab: 'tomorrow' is not a date or an instant such as 2027-01-04",
        'relaylab: contsoo: there is no such file; did you mean "contoso"?',
        'relaylab: behaviour: "421conect" is not a behaviour; did you mean "421connect"?',
    ):
        assert 1 == run.output.count(f"{said}") - run.output.count(f"- Failed: {said}"), said


def test_a_marker_that_comes_too_late_for_its_lab_is_an_error_with_the_way_out(project: Project) -> None:
    project.write(
        test_a="""
            import pytest

            pytestmark = pytest.mark.relaylab(at="2026-12-30")

            def test_module(relaylab_module):
                assert 30 == relaylab_module.now.day

            @pytest.mark.relaylab(at="2027-01-04")
            def test_late_for_the_module(relaylab_module): ...

            @pytest.mark.relaylab(at="2027-01-04")
            def test_both(relaylab_module, relaylab):
                assert 4 == relaylab.now.day

            @pytest.mark.relaylab(at="2027-01-04")
            def test_outside_of_classes(relaylab_class):
                assert 4 == relaylab_class.now.day

            @pytest.mark.relaylab(at="2027-01-05")
            class TestClass:
                def test_class(self, relaylab_class):
                    assert 5 == relaylab_class.now.day

                @pytest.mark.relaylab(at="2027-01-04")
                def test_late_for_the_class(self, relaylab_class): ...
            """,
    )
    run = project.run()

    late = {"test_late_for_the_module": "error", "test_late_for_the_class": "error"}
    passed = dict.fromkeys(("test_module", "test_both", "test_outside_of_classes", "test_class"), "passed")
    assert late | passed == run.outcomes, run.output
    begins = "changes nothing: relaylab_{0} begins once for its {0}; "
    assert f"on test_late_for_the_class {begins.format('class')}mark the class, or ask for" in run.output
    assert f"on test_late_for_the_module {begins.format('module')}write pytestmark = " in run.output


def test_a_test_with_a_mistake_leaves_the_next_one_alone(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            import pytest
            from conftest import submit

            @pytest.mark.relaylab(at="2027-01-04", reading={"x": "y"})
            def test_wrong(relaylab): ...

            def test_right(relaylab):
                submit(relaylab)
                relaylab.messages.one()
            """,
    )

    assert {"test_wrong": "error", "test_right": "passed"} == project.run().outcomes


STRICT = """
    import pytest
    from conftest import relay

    def test_unexpected(relaylab):
        with pytest.raises(Exception):
            relay(relaylab, "nobody@contoso.com")

    def test_expected(relaylab):
        with relaylab.expect_refusal("5.4.1"):
            relay(relaylab, "nobody@contoso.com")

    @pytest.mark.relaylab(strict={})
    def test_otherwise(relaylab):
        with pytest.raises(Exception):
            relay(relaylab, "nobody@contoso.com")
    """


def test_unexpected_refusals_are_errors_at_teardown_where_the_project_is_strict(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a=STRICT.format("False"),
        pytest_ini="[pytest]\nrelaylab_strict = true\nfilterwarnings = error\n",
    )
    run = project.run()

    assert {"test_unexpected": "error", "test_expected": "passed", "test_otherwise": "passed"} == run.outcomes
    assert "refused, and no expect_refusal() was waiting for it" in run.output
    assert "RCPT TO:<nobody@contoso.com> -> 550 5.4.1" in run.output
    assert "def relaylab(" not in run.output


def test_unexpected_refusals_are_errors_at_teardown_where_one_test_is_strict(project: Project) -> None:
    project.write(conftest=SENDING, test_a=STRICT.format("True"))

    assert {"test_unexpected": "passed", "test_expected": "passed", "test_otherwise": "error"} == project.run().outcomes


def test_a_test_that_failed_is_not_blamed_for_refusals_as_well(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            import pytest
            from conftest import relay

            @pytest.mark.relaylab(strict=True)
            def test_it(relaylab):
                relay(relaylab, "nobody@contoso.com")
            """,
    )

    assert {"test_it": "failure"} == project.run().outcomes


def test_a_test_that_failed_in_a_class_is_not_blamed_again_at_the_end_of_its_class(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            import pytest
            from conftest import relay

            @pytest.mark.relaylab(strict=True)
            class TestClass:
                def test_first(self, relaylab_class):
                    relay(relaylab_class, "nobody@contoso.com")

                def test_last(self, relaylab_class):
                    relay(relaylab_class)

            @pytest.mark.relaylab(strict=True)
            class TestOther:
                def test_refused(self, relaylab_class):
                    with pytest.raises(Exception):
                        relay(relaylab_class, "nobody@contoso.com")

                def test_end(self, relaylab_class):
                    relay(relaylab_class)
            """,
    )
    run = project.run()

    assert {"test_first": "failure", "test_last": "passed", "test_refused": "passed", "test_end": "error"} == (
        run.outcomes
    )
    assert "def _lent(" not in run.output


def test_a_failure_shows_the_labs_that_its_test_asked_for_and_no_other(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            from conftest import relay

            def test_first(relaylab_module):
                relay(relaylab_module)

            def test_own(relaylab):
                assert "own" == "failure"

            def test_none():
                assert "no lab" == "failure"

            def test_on_the_way(request):
                request.getfixturevalue("relaylab_module")
                assert "on the way" == "failure"
            """,
    )
    run = project.run()

    assert 3 == list(run.outcomes.values()).count("failure"), run.output
    own, none, on_the_way = (part.count("- relaylab -") for part in run.output.split("____ test_")[1:])
    assert (1, 0, 1) == (own, none, on_the_way), run.output


def test_a_lab_for_a_module_or_a_class_keeps_what_came_and_has_its_own_emulator(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            import pytest
            from conftest import relay, submit

            pytestmark = pytest.mark.relaylab(at="2026-12-30")

            def test_first(relaylab_module):
                submit(relaylab_module)

            def test_second(relaylab_module, relaylab):
                assert (1, 0) == (len(relaylab_module.messages), len(relaylab.messages))
                relay(relaylab)

            @pytest.fixture(scope="class")
            def sent(relaylab_class):
                relay(relaylab_class)
                return relaylab_class

            class TestClass:
                def test_third(self, sent):
                    assert 1 == len(sent.messages)

                def test_fourth(self, sent, relaylab_module):
                    assert (1, 1) == (len(sent.messages), len(relaylab_module.messages))
            """,
    )

    assert 4 * ["passed"] == list(project.run().outcomes.values())


def test_a_lab_reaches_classes_of_unittest(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            import unittest

            import pytest
            from conftest import submit

            @pytest.mark.relaylab(at="2027-01-04")
            class TestOldStyle(unittest.TestCase):
                @pytest.fixture(autouse=True)
                def lab(self, relaylab):
                    self.relaylab = relaylab

                def test_it(self):
                    with self.relaylab.expect_refusal("5.7.30"):
                        submit(self.relaylab)
            """,
    )

    assert {"test_it": "passed"} == project.run().outcomes


def test_a_project_overrides_the_world_by_a_path(project: Project) -> None:
    (project.folder / "world.toml").write_text(
        '[[tenant]]\nname = "tailspin"\n[[tenant.accepted_domain]]\nname = "tailspin.example"\n'
        '[[tenant.mailbox]]\naddress = "robot@tailspin.example"\n',
        encoding="utf-8",
    )
    project.write(
        conftest="""
            from pathlib import Path

            import pytest

            @pytest.fixture(scope="session")
            def relaylab_world():
                return Path(__file__).with_name("world.toml")
            """,
        test_a="""
            def test_it(relaylab):
                assert "robot@tailspin.example" == relaylab.accounts.robot.address
            """,
    )

    assert {"test_it": "passed"} == project.run().outcomes


def test_a_relative_path_of_a_world_counts_from_the_test_up_to_the_root(project: Project) -> None:
    world = (
        '[[tenant]]\nname = "{0}"\n[[tenant.accepted_domain]]\nname = "{0}.example"\n'
        '[[tenant.mailbox]]\naddress = "robot@{0}.example"\n'
    )
    deep = project.folder / "tests" / "deep"
    deep.mkdir(parents=True)
    (project.folder / "worlds").mkdir()
    (project.folder / "worlds" / "root.toml").write_text(world.format("root"), encoding="utf-8")
    (deep / "near.toml").write_text(world.format("near"), encoding="utf-8")
    Project(deep).write(
        test_a="""
            import pytest

            @pytest.mark.relaylab(world="near.toml")
            def test_near(relaylab):
                assert "robot@near.example" == relaylab.accounts.robot.address

            @pytest.mark.relaylab(world="worlds/root.toml")
            def test_root(relaylab):
                assert "robot@root.example" == relaylab.accounts.robot.address

            @pytest.mark.relaylab(world="worlds/nowhere.toml")
            def test_nowhere(relaylab): ...
            """
    )
    run = project.run()

    assert {"test_near": "passed", "test_root": "passed", "test_nowhere": "error"} == run.outcomes, run.output
    tests = project.folder / "tests"
    places = f"{deep} or {tests} or {project.folder}"
    assert f"worlds/nowhere.toml: there is no such file in {places}; name it from there" in run.output


def test_mistakes_in_a_test_are_shown_without_our_own_lines(project: Project) -> None:
    project.write(
        test_a="""
            def test_date(relaylab): relaylab.travel("tomorrow")
            def test_site(relaylab): relaylab.site("hqq")
            def test_rule(relaylab): relaylab.expect_refusal("no.such.rule")
            def test_code(relaylab): relaylab.expect_refusal("5.7.3O")
            def test_fault(relaylab): relaylab.fault("mx=421conect")
            def test_none(relaylab): relaylab.last_verdict
            """,
    )
    run = project.run()

    assert 6 * ["failure"] == list(run.outcomes.values())
    assert [] == [line for line in run.output.splitlines() if "relaylab/" in line], run.output
    assert 6 == run.output.count("On the wire:")


def test_the_marker_and_the_fixtures_are_told_of_by_pytest(project: Project) -> None:
    project.write(test_a="def test_it(): ...")

    assert "@pytest.mark.relaylab(at=..., world=..., reading=..., milestones=...," in project.run("--markers").output
    fixtures = project.run("--fixtures").output
    for name in ("relaylab", "relaylab_class", "relaylab_module", "relaylab_world", "relaylab_start", "relaylab_seed"):
        assert f"\n{name} " in fixtures
