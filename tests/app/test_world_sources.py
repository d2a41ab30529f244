"""Where a world may come from, and what is said when there is none."""

from pathlib import Path

import pytest

from relaylab.app.config import WorldFileError, load_world, shipped_worlds
from tests.app.worlds import KNOWN, SMALL

UTF_8 = "save the file as UTF-8"


def said_of(source: str | Path) -> str:
    with pytest.raises(WorldFileError) as error:
        load_world(source, known=KNOWN)
    return str(error.value)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return tmp_path / "world.toml"


def test_a_world_is_read_from_a_path(world: Path) -> None:
    world.write_text(SMALL, encoding="utf-8")

    assert "world" == load_world(world, known=KNOWN).name
    assert "world" == load_world(str(world), known=KNOWN).name


def test_a_world_is_read_by_the_name_under_which_it_ships() -> None:
    assert "contoso" in shipped_worlds()
    assert "contoso" == load_world("contoso").name


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(world: Path) -> None:
    world.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())

    assert "contoso" == load_world(world, known=KNOWN).world.tenants[0].name


def test_a_missing_file_names_the_near_miss_beside_it(world: Path) -> None:
    world.write_text(SMALL, encoding="utf-8")
    wrong = world.with_name("wrold.toml")

    assert f'{wrong}: there is no such file; did you mean "world.toml"?' == said_of(wrong)


def test_a_missing_file_names_what_there_is(world: Path) -> None:
    world.write_text(SMALL, encoding="utf-8")
    wrong = world.with_name("estate-of-2027.toml")

    assert (
        f"{wrong}: there is no such file; {world.parent} has world.toml; relaylab ships: contoso, default"
        == said_of(wrong)
    )


def test_a_misspelt_shipped_world_names_the_near_miss(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    assert 'contsoo: there is no such file; did you mean "contoso"?' == said_of("contsoo")


def test_a_missing_folder_is_named(world: Path) -> None:
    inside = world.parent / "estates" / "world.toml"

    assert f"{inside}: there is no such file; there is no folder {inside.parent} either" == said_of(inside)


def test_a_folder_is_told_apart_from_a_file(world: Path) -> None:
    world.write_text(SMALL, encoding="utf-8")

    assert f"{world.parent}: is a folder; {world.parent} has world.toml; relaylab ships: contoso, default" == said_of(
        world.parent
    )


@pytest.mark.parametrize("source", ["a\0b", "x" * 5000])
def test_what_cannot_be_a_path_is_said_briefly(source: str) -> None:
    assert 300 > len(said_of(source))


def test_an_enormous_file_is_not_read_to_its_end(world: Path) -> None:
    with world.open("wb") as file:
        file.truncate(100 * 1024 * 1024)

    assert f"{world}: is larger than 16 MB; name a world file, or split the estate" == said_of(world)


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"", "is empty; start from a world that relaylab ships: contoso, default"),
        (b" \r\n\t", "is empty; start from a world that relaylab ships: contoso, default"),
        (b"# nothing yet\n", 'tenant: is missing; add a [[tenant]] with name = "contoso"'),
        (b"tenant = []", 'tenant: is missing; add a [[tenant]] with name = "contoso"'),
        ("[[tenant]]".encode("utf-16"), f"is UTF-16; {UTF_8} (in PowerShell: Set-Content -Encoding utf8)"),
        ('[[tenant]]\nname = "Köln"'.encode("latin-1"), f"line 2, octet 10: is not UTF-8; {UTF_8}"),
        (b"a = " + b"[" * 10_000, "is nested too deeply; a world file needs three levels: tenant, table, list"),
        (b"a = " + b"9" * 5_000, "holds a number with thousands of digits; write numbers as the example does"),
    ],
)
def test_what_is_no_world_at_all_is_said_so(world: Path, octets: bytes, said: str) -> None:
    world.write_bytes(octets)

    assert f"{world}: {said}" == said_of(world)


@pytest.mark.parametrize(
    ("text", "line", "way_out"),
    [
        (
            "[[tenant]]\nname = contoso",
            2,
            'put text in quotes, as name = "contoso", and leave true, false, numbers and dates without',
        ),
        ("[[tenant]]\nname = 'contoso'\nname = 'fabrikam'", 3, "write a key once in a table"),
        (
            "[[tenant]]\nname = 'contoso'\n[tenant]\n",
            3,
            "open a list of tables with two brackets, as [[tenant]]",
        ),
        (
            '[[tenant]]\npassword = "C:\\horse"',
            2,
            "write the text in single quotes, where a backslash is only a backslash",
        ),
        ("New-InboundConnector -Name Printers", 1, "write one key = value a line"),
        (
            "[[tenant]]\nname = 'contoso",
            2,
            "write one key = value a line, text in quotes, and [[tenant]] with two brackets",
        ),
    ],
)
def test_what_is_not_toml_is_shown_by_line_and_column(world: Path, text: str, line: int, way_out: str) -> None:
    world.write_text(text, encoding="utf-8")
    with pytest.raises(WorldFileError) as error:
        load_world(world, known=KNOWN)
    (problem,) = error.value.problems

    assert problem.where.startswith(f"line {line}, column ")
    assert problem.expectation.startswith("is not TOML: ")
    assert way_out == problem.suggestion


def test_a_line_that_cannot_be_parsed_is_not_repeated(world: Path) -> None:
    world.write_text("password = correct horse", encoding="utf-8")

    assert "horse" not in said_of(world)
