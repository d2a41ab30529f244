"""What is said of a wrong world, to the letter; the cases are in ``wrong_worlds``."""

import pytest

from relaylab.app.world_file import checks
from tests.app.worlds import SMALL, Case, cases, problems


@pytest.mark.parametrize("case", [*cases("values"), *cases("together"), *cases("possible")], ids=str)
def test_every_problem_is_said_to_the_letter_and_in_the_order_of_the_file(case: Case) -> None:
    said = problems(SMALL + case.tables)

    assert [f"world.toml: {line}" for line in case.said] == said


def test_the_small_world_is_sound() -> None:
    assert [] == problems(SMALL)


def test_a_wrong_world_has_something_said_of_it() -> None:
    wrong = [*cases("values"), *cases("together")]

    assert all(case.said for case in wrong)
    assert 80 < len(wrong)


@pytest.mark.parametrize("name", ["connectors", "spoofing", "estate"])
def test_every_check_of_connectors_sites_and_policies_has_a_wrong_world(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a check some wrong world has less said of it."""
    module = getattr(checks, name)
    every = [*cases("values"), *cases("together")]
    before = {case.title: problems(SMALL + case.tables) for case in every}
    for check in module.CHECKS:
        with monkeypatch.context() as patched:
            patched.setattr("relaylab.app.config.CHECKS", tuple(one for one in checks.CHECKS if one is not check))
            after = {case.title: problems(SMALL + case.tables) for case in every}
        assert before != after, f"{check.__name__} is missed by nobody"
