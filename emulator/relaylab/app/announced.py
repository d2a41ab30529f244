"""How the commands that steer a running ``relaylab serve`` find it: a file of its own in the user's data folder.

Law: the file holds the token, so only its owner may read it, from the moment it exists. A file is left behind by a
process that was killed; whoever finds nobody at its address deletes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Announcement:
    """Where a control plane answers, its token, and the world it was started with; ``file`` once it is written."""

    url: str
    token: str = field(repr=False)
    world: str
    file: Path | None = field(default=None, compare=False)

    def withdraw(self) -> None:
        """Delete the file: nobody is there any more."""
        if self.file is not None:
            with suppress(OSError):
                self.file.unlink()


def folder() -> Path:
    """The folder of these files."""
    return platformdirs.user_data_path("relaylab", appauthor=False) / "serving"


@contextmanager
def announced(announcement: Announcement) -> Iterator[None]:
    """Announce a control plane while it serves; where nothing can be written, it serves without."""
    file = folder() / f"{os.getpid()}-{announcement.url.rpartition(':')[2]}.json"
    words = {"url": announcement.url, "token": announcement.token, "world": announcement.world}
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as writer:
            json.dump(words, writer)
    except OSError:
        yield  # the address and the token were printed too
        return
    try:
        yield
    finally:
        with suppress(OSError):
            file.unlink()


def announcements() -> list[Announcement]:
    """Read every file there is, the oldest first; one that cannot be read says nothing."""
    found = []
    for file in sorted(folder().glob("*.json"), key=_written_at):
        with suppress(OSError, ValueError, KeyError, TypeError):
            words = json.loads(file.read_text(encoding="utf-8"))
            found.append(Announcement(str(words["url"]), str(words["token"]), str(words["world"]), file))
    return found


def _written_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
