"""What only a file does: it is there afterwards, it can be somebody else's, and it can be broken."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from relaylab.domain.address import Address
from relaylab.domain.message import Envelope
from relaylab.store import SqliteMailStore, StoreError
from relaylab.store.database import APPLICATION_ID, VERSION
from tests.store.builders import DECISION, HELPDESK, NOON, a_charge, a_message

OPEN_WHEN_TOLD = """
import sys
from pathlib import Path
from relaylab.domain.address import Address
from relaylab.domain.message import Envelope
from relaylab.store import SqliteMailStore, StoreError
print("ready", flush=True)
sys.stdin.readline()
try:
    store = SqliteMailStore(Path(sys.argv[1]))
except StoreError as error:
    print(error, flush=True)
else:
    print("mine", flush=True)
    sys.stdin.readline()
    store.close()
"""


def opener(file: Path) -> subprocess.Popen[str]:
    """Start a process that opens the file after the first line it is sent, and closes it after the second."""
    process = subprocess.Popen(
        [sys.executable, "-c", OPEN_WHEN_TOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert "ready\n" == said_by(process)
    return process


def said_by(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def a_kept_file(file: Path, messages: int = 1) -> None:
    with closing(SqliteMailStore(file)) as store:
        for number in range(messages):
            store.keep(a_message(f"m-{number}", raw=b"x" * 5000), charges=[a_charge()])


def test_everything_is_there_when_the_file_is_opened_again(file: Path) -> None:
    report = a_message("m-2", decision=None, report_of="m-1", tenant=None, site=None)
    charge = a_charge(3)
    with closing(SqliteMailStore(file)) as store:
        store.keep(a_message(), report, charges=[charge])

    with closing(SqliteMailStore(file)) as store:
        assert [repr(a_message()), repr(report)] == [repr(store.message(name)) for name in ("m-1", "m-2")]
        assert [charge] == store.charges()
        assert ["m-1", "m-2"] == [message.id for message in store.messages(recipient=HELPDESK)]


def test_every_opening_is_a_run_of_its_own(file: Path) -> None:
    runs = []
    for _ in range(3):
        with closing(SqliteMailStore(file)) as store:
            runs.append(store.run)

    assert [1, 2, 3] == runs


def test_a_closed_store_is_one_file(file: Path) -> None:
    a_kept_file(file, messages=50)

    assert [file] == list(file.parent.iterdir())


def test_a_person_can_ask_the_file_with_any_sqlite_tool(file: Path) -> None:
    with closing(SqliteMailStore(file)) as store:
        store.keep(a_message(), charges=[a_charge(2)])

    with closing(sqlite3.connect(file)) as database:
        columns = "endpoint, tenant, site, session, accepted_at, mail_from, size, subject, message_id, rule, raw"
        asked = database.execute(f"SELECT {columns} FROM message WHERE id = 'm-1'").fetchone()
        placed = database.execute("SELECT address, placed FROM recipient ORDER BY address").fetchall()
        charged = database.execute("SELECT meter, owner, amount, at FROM charge").fetchall()

    of_session = ("submission", "contoso", "hq", "s-000042", "2026-12-01T12:00:00Z")
    assert (*of_session, "Scanner@contoso.com", 24, "Scan", "<1@contoso.com>", DECISION.rule, a_message().raw) == asked
    assert [("all@contoso.com", None), ("desk@fabrikam.com", "none"), ("helpdesk@contoso.com", "inbox")] == placed
    assert [("recipients", "scanner@contoso.com", 2, "2026-12-01T12:00:00Z")] == charged


def test_recipients_that_look_alike_once_they_are_spelled_out_do_no_harm(file: Path) -> None:
    octet, spelled = (Address(local, HELPDESK.domain) for local in ('"\udc80"', '"\\udc80"'))
    message = a_message(envelope=Envelope(None, (octet, spelled)))

    with closing(SqliteMailStore(file)) as store:
        store.keep(message)

        assert message == store.message("m-1")


def test_another_thread_may_read(file: Path) -> None:
    read: list[bytes | None] = []
    with closing(SqliteMailStore(file)) as store:
        store.keep(a_message())
        thread = Thread(target=lambda: read.append(store.raw("m-1")))
        thread.start()
        thread.join()

    assert [a_message().raw] == read


def test_a_second_process_is_turned_away_until_the_first_has_ended(file: Path) -> None:
    first = opener(file)
    tell(first)
    assert "mine\n" == said_by(first)

    with pytest.raises(StoreError, match=r"mail\.db is in use by another process; stop that one, or .* --store$"):
        SqliteMailStore(file)

    first.communicate("\n")
    with closing(SqliteMailStore(file)) as store:
        assert 2 == store.run


@pytest.mark.parametrize("there_already", [False, True])
def test_of_processes_that_open_a_file_at_once_one_gets_it(file: Path, *, there_already: bool) -> None:
    if there_already:
        a_kept_file(file)
    openers = [opener(file) for _ in range(4)]
    for process in openers:
        tell(process)
    said = [said_by(process).strip() for process in openers]
    for process in openers:
        process.communicate("\n")

    assert 1 == said.count("mine")
    assert 3 == len([line for line in said if "is in use by another process" in line])


def test_a_full_disk_keeps_nothing_of_the_turn_and_the_store_goes_on(file: Path) -> None:
    with closing(SqliteMailStore(file)) as store:
        store.keep(a_message("m-1"))
        store._database.execute("PRAGMA max_page_count = 40")

        with pytest.raises(StoreError, match=r"there is no room left for .*mail\.db; make some, or "):
            store.keep(a_message("m-2"), a_message("m-3", raw=b"x" * 1_000_000), charges=[a_charge()])

        store.keep(a_message("m-4"))
        assert ["m-1", "m-4"] == [message.id for message in store.messages()]
        assert [] == store.charges()


def some_text(file: Path) -> None:
    file.write_text("hello")


def some_octets(file: Path) -> None:
    file.write_bytes(bytes(range(256)) * 64)


def another_programs_database(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE precious (thing)")


def another_programs_named_database(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA application_id = 7")


def another_version(file: Path) -> None:
    a_kept_file(file)
    with closing(sqlite3.connect(file)) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")


def half_a_store(file: Path) -> None:
    a_kept_file(file, messages=50)
    file.write_bytes(file.read_bytes()[: 16 * 4096])


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (some_text, r"is not a store of relaylab; choose another file with --store$"),
        (some_octets, r"is not a store of relaylab; choose another file with --store$"),
        (another_programs_database, r"is the database of another program; choose another file with --store$"),
        (another_programs_named_database, r"is the database of another program; choose another file with --store$"),
        (
            another_version,
            r"is a store of version 2, and this relaylab writes version 1; use the relaylab that made it",
        ),
        (half_a_store, r"is damaged \(.*\); move it away and start with a new file$"),
    ],
)
def test_a_file_that_is_no_good_is_named_and_left_alone(
    file: Path, found: Callable[[Path], None], sentence: str
) -> None:
    found(file)
    before = file.read_bytes()

    with pytest.raises(StoreError, match=f"^{re.escape(str(file))} {sentence}"):
        SqliteMailStore(file)

    assert before == file.read_bytes()
    assert [file] == list(file.parent.iterdir())


@pytest.mark.parametrize("place", ["", "missing/mail.db"])
def test_a_place_where_no_file_can_be_is_named(tmp_path: Path, place: str) -> None:
    with pytest.raises(StoreError, match=r"cannot be written \(.*\); make sure that its folder exists"):
        SqliteMailStore(tmp_path / place)


def test_an_empty_file_becomes_a_store(file: Path) -> None:
    file.touch()
    a_kept_file(file)

    with closing(sqlite3.connect(file)) as database:
        assert [(APPLICATION_ID,)] == database.execute("PRAGMA application_id").fetchall()


def test_damage_inside_is_named_when_it_is_met(file: Path) -> None:
    a_kept_file(file, messages=50)
    octets = bytearray(file.read_bytes())
    octets[10 * 4096 :] = b"\xff" * (len(octets) - 10 * 4096)
    file.write_bytes(octets)

    with closing(SqliteMailStore(file)) as store, pytest.raises(StoreError, match="is damaged"):
        store.messages()


def test_a_message_that_somebody_has_edited_badly_is_named(file: Path) -> None:
    a_kept_file(file)
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE message SET document = '{}'")
        database.commit()

    with closing(SqliteMailStore(file)) as store, pytest.raises(StoreError, match=r"holds a message .* \(KeyError"):
        store.messages()


def test_a_closed_store_says_so(file: Path) -> None:
    store = SqliteMailStore(file)
    store.close()
    store.close()

    with pytest.raises(StoreError, match="closed"):
        store.keep(a_message(accepted_at=NOON))
