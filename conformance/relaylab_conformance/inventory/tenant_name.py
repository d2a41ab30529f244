"""The tenant's name out of its onmicrosoft.com domain."""

from __future__ import annotations

import re
from typing import Final

_INITIAL: Final = re.compile(r"(?P<label>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\.onmicrosoft\.(?:com|us|de)", re.IGNORECASE)


def initial_label(domain: str) -> str | None:
    """Give ``contoso`` of ``contoso.onmicrosoft.com``; None for any other domain, the routing domain included."""
    found = _INITIAL.fullmatch(domain.strip().rstrip("."))
    return found["label"].lower() if found else None
