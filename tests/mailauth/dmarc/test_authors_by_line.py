"""Whose a message is, whatever ends its lines."""

from __future__ import annotations

import pytest

from relaylab.mailauth.authors import author_domains


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_the_author_is_read_from_lines_that_end_in_either_way(end: str) -> None:
    letter = end.join(["To: helpdesk@contoso.com", "From: ups@contoso.com", "Subject: power", "", "it is back"])

    assert ("contoso.com",) == author_domains(letter.encode())
