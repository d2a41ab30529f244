"""What ``--out`` writes: a world that is read again before it is said to be written, wherever it is put."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from relaylab.app.config import KnownNames, load_world
from relaylab_certs import TestAuthority
from relaylab_conformance.cli import main
from relaylab_conformance.planning.as_csv import as_csv
from relaylab_conformance.planning.as_html import as_html
from relaylab_conformance.planning.as_markdown import as_markdown
from relaylab_conformance.planning.as_text import as_text
from relaylab_conformance.planning.words import has_problems, headline
from relaylab_scenarios import profiles
from tests.conformance.pages import Page
from tests.conformance.planning.planning import a_sender, estate_text, planned

AT = ("--at", "2026-11-26")
KNOWN = KnownNames.of_the_rules(frozenset(profiles()))
ROOT = '[[trusted_root]]\nfile = "ca/ca.pem"  # of our own\n'


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A world that trusts a root in a folder beside it."""
    folder = tmp_path / "estate"
    TestAuthority.open(folder / "ca")
    file = folder / "world.toml"
    file.write_text(f"{estate_text(a_sender(target='mail-contact'))}\n{ROOT}", encoding="utf-8")
    return file


def relaylab(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


@pytest.mark.parametrize("where", ["plan.toml", "../plan.toml", "plans/plan.toml"])
def test_a_root_that_a_world_names_is_found_from_wherever_the_plan_is_written(where: str, world: Path) -> None:
    out = world.parent / where
    out.parent.mkdir(exist_ok=True)
    result = relaylab("plan", world, *AT, "--out", out)

    assert 1 == result.exit_code, result.output
    roots = load_world(out, known=KNOWN).world.trusted_roots
    assert [one.pem for one in load_world(world, known=KNOWN).world.trusted_roots] == [one.pem for one in roots]
    assert "of our own" in out.read_text(encoding="utf-8")
    assert not Path(str(roots[0].file)).is_absolute()


def test_a_path_from_the_root_of_the_disk_stays_as_it_is(world: Path, tmp_path: Path) -> None:
    whole = f'file = "{(world.parent / "ca" / "ca.pem").as_posix()}"  # of our own'
    text = world.read_text(encoding="utf-8").replace('file = "ca/ca.pem"  # of our own', whole)
    world.write_text(text, encoding="utf-8")
    relaylab("plan", world, *AT, "--out", tmp_path / "plan.toml")

    assert whole in (tmp_path / "plan.toml").read_text(encoding="utf-8")


def test_a_world_that_could_not_be_read_again_is_not_written(world: Path, tmp_path: Path) -> None:
    inline = 'trusted_root = [{ file = "ca/ca.pem" }]\n'
    world.write_text(inline + world.read_text(encoding="utf-8").replace(ROOT, ""), encoding="utf-8")
    out = tmp_path / "plan.toml"
    out.write_text("# mine\n", encoding="utf-8")
    result = relaylab("plan", world, *AT, "--out", out)

    assert 2 == result.exit_code
    assert "plan.toml is not written, since it would be no world file" in result.output
    assert "trusted_root[0].file" in result.output
    assert "# mine\n" == out.read_text(encoding="utf-8")


STATES = ('verification_states = { spf = "VerificationFailed" }', 'verification_states.spf = "VerificationFailed"')


@pytest.mark.parametrize("states", STATES)
def test_states_inside_a_line_are_told_with_the_way_out(states: str, tmp_path: Path) -> None:
    acs = (
        '[[tenant.acs_resource]]\nname = "acs"\ncreated = 2025-02-01\nlinked_domains = ["contoso.com"]\n'
        f'[[tenant.acs_resource.domain]]\nname = "contoso.com"\n{states}\n'
    )
    contact = "  [[tenant.mail_contact]]"
    text = estate_text(a_sender(target="acs-smtp")).replace(contact, acs + contact)
    world, out = tmp_path / "world.toml", tmp_path / "plan.toml"
    world.write_text(text, encoding="utf-8")
    result = relaylab("plan", world, *AT, "--out", out)

    assert 2 == result.exit_code
    assert "write it under a line [tenant.acs_resource.domain.verification_states]" in " ".join(result.output.split())
    assert not out.exists()


def test_exports_are_imported_into_a_world_that_names_a_root(world: Path) -> None:
    result = relaylab("import", "--example", "litware", "--out", world)

    assert 0 == result.exit_code, result.output
    assert 1 == len(load_world(world, known=KNOWN).world.trusted_roots)


def test_a_second_plan_says_what_the_first_one_promised(world: Path) -> None:
    elsewhere = world.read_text(encoding="utf-8").replace('site = "hq"', 'site = "shop"')
    world.write_text(elsewhere, encoding="utf-8")
    relaylab("plan", world, *AT, "--out", world)
    text = world.read_text(encoding="utf-8").replace(ROOT, "")
    (line,) = (number for number, line in enumerate(text.split("\n"), 1) if "# relaylab plan: to be done" in line)
    plan = planned(text).plan

    assert [line] == [one.line for one in plan.promised]
    assert has_problems(plan)
    assert headline(plan)[0].startswith("1 line of this world file is promised, not known to be done (# relaylab plan:")
    for form in (as_text(plan, 200), as_markdown(plan).replace("\\", ""), as_csv(plan), Page(as_html(plan)).root.text):
        assert "do it first, from the plan that wrote it" in form
        assert f"ine {line}: sender_ip_addresses of inbound connector Office" in form
    assert () == planned(text.replace("# relaylab plan: to be done", "#")).plan.promised
