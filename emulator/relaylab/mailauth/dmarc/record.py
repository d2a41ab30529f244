"""A DMARC record, read as leniently as RFC 7489 §6.3 and §6.6.3 and RFC 9989 §4.7 ask for.

Law of this module: a text that is a DMARC record gives a Record or a RecordError; no other exception.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from relaylab.domain.authentication import DmarcPolicy

_VERSION: Final = re.compile(r"\s*v\s*=\s*DMARC1\s*(?:;|\Z)", re.ASCII)


class RecordError(ValueError):
    """A record without a policy that can be applied; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a domain asks for.

    ``subdomains`` and ``missing`` are the policies for subdomains (``sp``) and for subdomains that do not exist
    (``np``), None where the record leaves them to ``policy``. ``percent`` is ``pct``. ``is_suffix`` is ``psd``: True
    for a suffix under which others register, False for an organizational domain, None where the record does not say.
    """

    policy: DmarcPolicy
    subdomains: DmarcPolicy | None = None
    missing: DmarcPolicy | None = None
    strict_spf: bool = False
    strict_dkim: bool = False
    percent: int = 100
    testing: bool = False
    is_suffix: bool | None = None

    @property
    def published(self) -> tuple[tuple[str, str], ...]:
        """The tags that Exchange Online repeats in its ARC results (fact MX-HDR-11)."""
        subdomains = self.subdomains or self.policy
        return (("p", self.policy), ("sp", subdomains), ("pct", str(self.percent)))


def is_dmarc(text: str) -> bool:
    """Tell whether a TXT record is a DMARC record: its version comes first (RFC 7489 §6.6.3)."""
    return _VERSION.match(text) is not None


def parse_record(text: str) -> Record:
    """Read a record; a wrong optional tag counts as left out, and of two alike the first counts."""
    tags: dict[str, str] = {}
    for spec in text.split(";")[1:]:
        name, _, value = spec.partition("=")
        tags.setdefault(name.strip().lower(), value.strip())
    policy, subdomains = _policy(tags.get("p")), _policy(tags.get("sp"))
    if policy is None or (subdomains is None and "sp" in tags):
        wrong = "p" if policy is None else "sp"
        if "mailto:" not in tags.get("rua", ""):
            raise RecordError(
                f"{wrong}= is {'missing' if wrong not in tags else 'none of none, quarantine and reject'}"
            )
        # RFC 7489 §6.6.3: somebody wants reports, so the record counts, and asks for nothing else.
        policy, subdomains = DmarcPolicy.NONE, None
    return Record(
        policy=policy,
        subdomains=subdomains,
        missing=_policy(tags.get("np")),
        strict_spf=tags.get("aspf", "").lower() == "s",
        strict_dkim=tags.get("adkim", "").lower() == "s",
        percent=_percent(tags.get("pct", "")),
        testing=tags.get("t", "").lower() == "y",
        is_suffix={"y": True, "n": False}.get(tags.get("psd", "").lower()),
    )


def _policy(text: str | None) -> DmarcPolicy | None:
    return next((policy for policy in DmarcPolicy if text is not None and text.lower() == policy), None)


def _percent(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) <= 100 else 100
