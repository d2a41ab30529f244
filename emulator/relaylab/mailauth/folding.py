"""Header lines as Exchange folds them: filled to 78 columns at white space, and a tab before a value without any.

Seen in the public headers of messages that Exchange Online relayed, 2021 to 2026 (facts MX-HDR-01 to MX-HDR-11).
"""

from __future__ import annotations

from typing import Final

WIDTH: Final = 78  # RFC 5322 §2.1.1


def fold(name: str, value: str, *, width: int = WIDTH) -> str:
    """Give a header field of several lines, each within ``width`` where white space allows, without line end."""
    lines = [f"{name}:"]
    for word in value.split(" "):
        joined = f"{lines[-1]} {word}"
        if len(joined) <= width or lines == [f"{name}:"]:
            lines[-1] = joined
        else:
            lines.append(f" {word}")
    return "\r\n".join(lines)


def fold_after_name(name: str, value: str, *, width: int = WIDTH) -> str:
    """Give a header field whose value stands on its own line, after a tab, where both do not fit on one."""
    line = f"{name}: {value}"
    return line if len(line) <= width else f"{name}:\r\n\t{value}"
