"""Builders for world files: a small sound one, cases of wrong ones, and what is said of them."""

from dataclasses import dataclass
from pathlib import Path

from relaylab.app.config import KnownNames, WorldFileError, parse_world

KNOWN = KnownNames(
    readings={"basic_auth_refusal": ("5.7.30", "5.7.139")},
    milestones=frozenset({"basic_auth_off_by_default", "basic_auth_removed"}),
    profiles=frozenset({"generic-mfp", "postfix"}),
)

SMALL = """
[[tenant]]
name = "contoso"
  [[tenant.accepted_domain]]
  name = "contoso.com"
  [[tenant.mailbox]]
  address = "scanner@contoso.com"
  password = "tray 2"
  proxy_addresses = ["mfp@contoso.com"]
  [[tenant.mailbox]]
  address = "helpdesk@contoso.com"
"""


@dataclass(frozen=True, slots=True)
class Case:
    """Tables to add below the small world, and what must be said of them."""

    title: str
    tables: str
    said: tuple[str, ...]

    def __str__(self) -> str:
        return self.title


def cases(name: str) -> list[Case]:
    """Read a file of ``wrong_worlds``: ``# --- `` opens a case, ``#: `` is a line that must be said."""
    text = (Path(__file__).parent / "wrong_worlds" / f"{name}.toml").read_text(encoding="utf-8")
    return [_case(part) for part in text.split("\n# --- ")[1:]]


def problems(text: str) -> list[str]:
    """What is said of a world, a line each; nothing when it loads."""
    try:
        parse_world(text, "world.toml", known=KNOWN)
    except WorldFileError as error:
        return str(error).splitlines()
    return []


def _case(part: str) -> Case:
    title, _, tables = part.partition("\n")
    said = (line.removeprefix("#: ") for line in tables.splitlines() if line.startswith("#: "))
    return Case(title, tables, tuple(said))
