"""What was kept is there after the process that kept it was killed."""

import subprocess
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from relaylab.store import SqliteMailStore

# Keeps messages for as long as it lives, each with a charge; says each one's id and digest once it is kept.
KEEP_FOR_EVER = """
import sys
from hashlib import sha256
from itertools import count
from pathlib import Path
from relaylab.store import SqliteMailStore
from tests.store.builders import a_charge, a_message
store = SqliteMailStore(Path(sys.argv[1]))
for number in count(1):
    raw = sha256(str(number).encode()).digest() * (number * 37 % 2500)
    store.keep(a_message(f"m-{number}", raw=raw), charges=[a_charge(number)])
    print(f"m-{number}", sha256(raw).hexdigest(), flush=True)
"""


@pytest.mark.parametrize("soon", [1, 40, 400])
def test_what_was_kept_survives_kill_9(file: Path, soon: int) -> None:
    command = [sys.executable, "-c", KEEP_FOR_EVER, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(soon)]
        process.kill()
        said += [line for line in process.stdout if line.endswith("\n")]

    with closing(SqliteMailStore(file)) as store:
        found = [f"{m.id} {sha256(store.raw(m.id) or b'').hexdigest()}\n" for m in store.messages()]
        charged = [charge.amount for charge in store.charges()]

    assert said == found[: len(said)]
    assert len(found) - len(said) in {0, 1}  # one may have been kept and not yet said
    assert list(range(1, len(found) + 1)) == charged
