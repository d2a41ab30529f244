"""What makes a name in EHLO or HELO unacceptable, the same at every SMTP endpoint of Exchange Online.

Observed: ``MacBook..`` is refused; a single label, a bare IPv4 address, ``*.local`` and no name at all are accepted
(facts CS-EHLO-07 to CS-EHLO-09). So a name is malformed when a label is empty or holds a character that no host name,
address or literal has.
"""

from __future__ import annotations

import re
from typing import Final

_HOST: Final = r"[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*\.?"  # a bare IPv4 address looks like one
_IPV6: Final = r"[0-9A-Fa-f]*:[0-9A-Fa-f:.]+"
_NAME: Final = re.compile(rf"{_HOST}|{_IPV6}|\[\d{{1,3}}(?:\.\d{{1,3}}){{3}}\]|\[(?:IPv6:)?{_IPV6}\]", re.IGNORECASE)


def is_malformed(name: str) -> bool:
    """Tell whether a name is refused."""
    return name != "" and _NAME.fullmatch(name) is None
