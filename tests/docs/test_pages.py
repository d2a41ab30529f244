"""What the README and the pages of the site show is what happens: every block that can be run is run as it stands."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.clients.served import free_port_bases
from tests.docs import playing
from tests.docs.blocks import NOT_RUN, PROGRAMS, ROOT, RUN, Block, Section, pages
from tests.docs.playing import dialogue, play, promises

PAGES = pages()
PARTS = [(name, blocks) for page in PAGES for name, blocks in page.parts() if any(block.is_run for block in blocks)]
SECTIONS = [
    pytest.param(section, id=f"{page.name}: {section.heading}")
    for page in PAGES
    for section in (page.opening, *page.sections)
    if section.blocks
]


@pytest.mark.slow
@pytest.mark.clients
@pytest.mark.parametrize("blocks", [pytest.param(blocks, id=name) for name, blocks in PARTS])
def test_what_the_page_shows_is_what_happens(blocks: tuple[Block, ...], tmp_path: Path) -> None:
    play(blocks, tmp_path)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_program_that_is_not_run_is_said_to_be_not_run(section: Section) -> None:
    shown = [block for block in section.blocks if block.language in PROGRAMS | RUN]
    left_out = [block for block in shown if not block.is_run and block.file is None and not block.is_run_by_ci]

    assert not left_out or NOT_RUN in section.prose, f"lines {[block.line for block in left_out]}"


def test_what_a_page_leaves_to_ci_is_run_there() -> None:
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    left = [block for page in PAGES for _, blocks in page.parts() for block in blocks if block.is_run_by_ci]

    assert left
    assert [] == [line for block in left for line in block.text.splitlines() if line not in run]


def test_every_start_is_run_to_its_end() -> None:
    starts = [page for page in PAGES if page.path.parent.name == "start"]

    assert 3 == len(starts)
    assert [] == [block for page in starts for _, blocks in page.parts() for block in blocks if block.is_left_out]


def test_the_first_test_of_the_readme_takes_five_lines() -> None:
    readme = next(page for page in PAGES if page.path.name == "README.md")
    first = next(block for _, blocks in readme.parts() for block in blocks if block.file == "test_first.py")

    assert 5 == len([line for line in first.text.splitlines() if line])


# The runner itself ---------------------------------------------------------------------------------------------------


def test_a_dialogue_is_read_as_commands_with_what_they_print() -> None:
    text = "$ one \\\n    more\nprinted\n$ two\n"

    assert [("one \\\n    more", "printed\n"), ("two", "")] == dialogue(text)


@pytest.mark.parametrize(
    ("promised", "kept"),
    [
        ("a line\n", True),
        ("a line\n...\nthe last\n", True),
        ("a ... line of ... words\n", True),
        ("the last\na line\n", False),
        ("another line\n", False),
        ("a lin\n", False),
    ],
)
def test_a_page_promises_lines_in_order(promised: str, *, kept: bool) -> None:
    assert kept == promises(promised, "a line\na  long line of three words\nthe last\n")


def test_a_page_is_begun_again_on_other_ports_where_somebody_was_faster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = next(free_port_bases(270))
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        monkeypatch.setattr(playing, "free_port_bases", lambda _: iter([somebody.getsockname()[1], free]))

        play((Block("console", "$ relaylab serve contoso --ca ca --port-base 1587\n", 1, "keeps running"),), tmp_path)

    assert (tmp_path / str(free) / "ca" / "ca.pem").is_file()
