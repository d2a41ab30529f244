"""What ``serve`` says at its start of resources of Azure Communication Services that cannot be."""

from __future__ import annotations

from datetime import datetime

import pytest

from relaylab.app.acs_lines import keys_that_open_nothing
from relaylab.app.config import parse_world
from relaylab.app.rulebooks import rulebook_for
from relaylab.domain.clock import parse_instant

WORLD = """
[[tenant]]
name = "contoso"
  [[tenant.accepted_domain]]
  name = "contoso.com"
"""
RESOURCE = """
  [[tenant.acs_resource]]
  name = "{name}"
  created = {created}
"""


def noted(*created: str, closed: str | None = "2026-10-23") -> list[str]:
    resources = "".join(RESOURCE.format(name=f"mail-{number}", created=day) for number, day in enumerate(created))
    world = parse_world(f"{WORLD}{resources}", "world.toml").world
    moved: dict[str, datetime | None] = {"acs_closed_to_new_customers": parse_instant(closed) if closed else None}
    return list(keys_that_open_nothing(world, rulebook_for(world, None, moved).calendar))


def test_of_a_resource_that_a_new_customer_could_not_make_it_is_said_before_a_key_is_denied() -> None:
    (note,) = noted("2026-11-01")

    assert "the keys of mail-0 open nothing: created 2026-11-01" in note
    assert "contoso had no resource before 2026-10-23" in note
    assert note.endswith("write an earlier created, or begin with --milestone acs_closed_to_new_customers=never")


@pytest.mark.parametrize(
    ("created", "closed"),
    [
        (("2026-10-22T23:59:59Z",), "2026-10-23"),
        (("2026-11-01", "2026-10-22"), "2026-10-23"),
        (("2026-11-01",), "2026-12-01"),
        (("2026-11-01",), None),
        ((), "2026-10-23"),
    ],
)
def test_of_a_resource_that_could_be_made_nothing_is_said(created: tuple[str, ...], closed: str | None) -> None:
    assert [] == noted(*created, closed=closed)
