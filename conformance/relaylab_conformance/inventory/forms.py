"""Which form a file has: CSV, JSON or a zone; and what it is where it is another text, with the way out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from relaylab_conformance.inventory.origin import broken
from relaylab_conformance.inventory.shapes import zone
from relaylab_conformance.inventory.text import open_text

_HEAD: Final = 8 * 1024  # characters looked at to tell what a file is
_PRINTED_TABLE: Final = re.compile(r"^[^\n]*\S {2,}\S[^\n]*\r?\n-{2,}[ -]*\r?$", re.MULTILINE)
_PRINTED_LIST: Final = re.compile(r"\A\s*\w+ +: ", re.MULTILINE)
_OTHER_DNS: Final = re.compile(
    r"^\S+[ \t]+(?:text =|MX preference =|internet address =)|^Non-authoritative answer:"
    r"|^Name +Type +TTL +Section\b|^\W*Type\W+(?:Host|Name)\W+(?:Content|Value|Data)\b"
    r"|^\W*(?:Host|Name)\W+(?:TTL\W+)?Type\W+(?:TTL\W+)?(?:Content|Value|Data)\b",
    re.MULTILINE | re.IGNORECASE,
)
_COMMENTS: Final = re.compile(r"\A(?:[ \t]*(?:#[^\n]*)?\r?\n)*")


def form_of(path: Path, name: str | None = None) -> str:
    """Tell whether a file is csv, json or zone; raise ExportError for another text."""
    name = name or path.name
    with open_text(path, name, lambda _: None) as text:
        head = text.read(_HEAD)
    _refuse_other_texts(head, name)
    begins = head.lstrip("\ufeff \t\r\n")[:1]
    return "json" if begins in {"{", "["} else "zone" if _begins_as_zone(head) else "csv"


def _begins_as_zone(head: str) -> bool:
    lines = (line for line in head.lstrip("\ufeff").splitlines() if line.strip() and not line.lstrip().startswith(";"))
    first = next(lines, "")
    return first.startswith("$") or zone.is_zone(f"{first}\n")


def _refuse_other_texts(head: str, name: str) -> None:
    """Say what a text is that is neither CSV nor JSON nor a zone."""
    start = head.lstrip("\ufeff \t\r\n")
    settings = _COMMENTS.sub("", start, count=1)
    if start.startswith(("<Objs", "#< CLIXML")):
        raise broken(name, "", "is CLIXML", "use Export-Csv or ConvertTo-Json in place of Export-Clixml")
    if start.startswith("<"):
        raise broken(name, "", "is a web page or XML", "the download gave a sign-in page: download it again as CSV")
    if _OTHER_DNS.search(head[:2000]):
        way_out = "only zone text is read: dig NAME TXT, or the zone file of your DNS provider"
        raise broken(name, "", "is DNS as nslookup, Resolve-DnsName or a provider's table writes it", way_out)
    if settings.startswith("[[") or re.match(r"\[\w+\]\s*\n", settings):
        raise broken(name, "", "is a world file, not an export", f"give it as the place to write: --out {name}")
    if _PRINTED_TABLE.search(head[:2000]) or (_PRINTED_LIST.match(head) and "," not in head.splitlines()[0]):
        raise broken(
            name, "", "is what PowerShell prints, not an export", "put | Export-Csv FILE -NoTypeInformation behind it"
        )
