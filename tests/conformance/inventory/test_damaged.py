"""Whatever becomes of an export on its way: it is read, or refused with its file; nothing else ever happens."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from relaylab_conformance.inventory.origin import ExportError
from relaylab_scenarios.exports import DIALECTS, exported
from tests.conformance.inventory.importing import an_export_estate, world_of

FILES = [content for dialect in DIALECTS for content in exported(an_export_estate(2), dialect).values()]
DAMAGE = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0, 1, 2, 40]), st.binary(max_size=12)), max_size=4)


def damaged(content: bytes, damage: list[tuple[float, int, bytes]]) -> bytes:
    """Cut some octets out at some places, and put others in."""
    for where, cut, put in damage:
        place = int(where * len(content))
        content = content[:place] + put + content[place + cut :]
    return content


def tried(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export"
        file.write_bytes(content)
        with suppress(ExportError):
            world_of(file, tenant="litware")


@settings(max_examples=150)
@given(st.sampled_from(FILES), DAMAGE, st.floats(0.2, 1))
def test_a_damaged_export_is_read_or_refused(
    content: bytes, damage: list[tuple[float, int, bytes]], kept: float
) -> None:
    tried(damaged(content[: int(len(content) * kept)], damage))


@settings(max_examples=150)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@example(b'{"a":')
@example(b"[[[[[[")
@example(b'"' * 51)
@example(b"{}")
@example(b"\xff\xfe\x00\xd8")
@example(b'[{"PrimarySmtpAddress": {"x": 1}, "SmtpClientAuthenticationDisabled": [1]}]')
@example(b"[" * 100_000)
@example(b'[{"a": ' + b"9" * 5000 + b"}]")
def test_any_octets_are_read_or_refused(content: bytes) -> None:
    tried(content)
