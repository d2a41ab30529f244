"""What a test chooses of its lab: by the marker ``relaylab``, nearest first, then by the fixtures.

Law of this module, as of the plugin that loads it: nothing of relaylab is imported before a fixture asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from relaylab.testing import LabOptions

MARKER: Final = "relaylab"
FIXTURES: Final = frozenset({"relaylab", "relaylab_class", "relaylab_module"})
# The words of the marker, and what each is called in LabOptions.
WORDS: Final = {
    "at": "at",
    "world": "world",
    "reading": "readings",
    "milestones": "milestones",
    "seed": "seed",
    "tarpit": "tarpit",
    "strict": "strict",
    "faults": "faults",
    "keep": "keep",
}
# What a lab that several tests share begins for, and where a marker reaches it.
_SHARED: Final = {
    "relaylab_class": ("class", "mark the class"),
    "relaylab_module": ("module", "write pytestmark = pytest.mark.relaylab(...) in the module"),
}


def options_of(request: pytest.FixtureRequest, world: Any, start: Any, seed: int) -> LabOptions:  # noqa: ANN401 - as the fixture
    """Put together what the fixtures and the markers say; of several markers the nearest wins, word by word."""
    __tracebackhide__ = True
    from relaylab.testing import LabOptions

    chosen: dict[str, Any] = {}
    for mark in request.node.iter_markers(MARKER):
        for word, value in mark.kwargs.items():
            chosen.setdefault(WORDS[word], value)
    for word in ("readings", "milestones"):
        if isinstance(text := chosen.get(word), str):
            name, _, value = text.partition("=")
            chosen[word] = {name.strip(): value.strip()}
    chosen["world"] = _found(request, chosen.get("world", world))
    defaults = {"at": start, "seed": seed, "strict": request.config.getini("relaylab_strict")}
    return LabOptions(**(defaults | chosen))


def _found(request: pytest.FixtureRequest, world: Any) -> Any:  # noqa: ANN401 - as the fixture
    """Give the path of a world that is named by a relative one: from the test's folder up to the root of the project.

    Everything else is given back as it is.
    """
    from relaylab.app.config import shipped_worlds

    is_path = isinstance(world, Path) or (isinstance(world, str) and "\n" not in world)
    if not is_path or world in shipped_worlds() or Path(world).is_absolute():
        return world
    root, folder = request.config.rootpath, request.node.path.parent
    folders = [one for one in (folder, *folder.parents) if one.is_relative_to(root)] or [folder, root]
    files = [file for one in (*folders, Path.cwd()) if (file := one / world).is_file()]
    if files or Path(world).suffix != ".toml":
        return next(iter(files), world)
    pytest.fail(
        f"relaylab: {world}: there is no such file in {' or '.join(map(str, folders))}; "
        'name it from there, or give an absolute path, as Path(__file__).with_name("world.toml")',
        pytrace=False,
    )


def refuse_unknown_words(node: pytest.Item | pytest.Collector) -> None:
    """Fail for a marker with a word that means nothing: a typo must not pass for a setting."""
    __tracebackhide__ = True
    for mark in node.iter_markers(MARKER):
        if mark.args:
            pytest.fail(f"@pytest.mark.relaylab takes words only, as at={mark.args[0]!r}", pytrace=False)
        for word in mark.kwargs:
            if word not in WORDS:
                near = get_close_matches(word, WORDS, n=1)
                way_out = f"did you mean {near[0]}=?" if near else f"it takes {', '.join(WORDS)}"
                pytest.fail(f"@pytest.mark.relaylab knows nothing of {word}=; {way_out}", pytrace=False)


def refuse_late_marks(item: pytest.Item) -> None:
    """Fail for a marker that comes too late: a lab of a class or a module has begun, and others share it."""
    __tracebackhide__ = True
    asked = FIXTURES.intersection(getattr(item, "fixturenames", ()))
    reach = [node for fixture in asked for node in _beginning(item, fixture).listchain()]
    for node, mark in item.iter_markers_with_node(MARKER):
        if asked and node not in reach:
            fixture, *_ = sorted(asked)
            kind, example = _SHARED[fixture]
            words = ", ".join(f"{word}={value!r}" for word, value in mark.kwargs.items())
            pytest.fail(
                f"@pytest.mark.relaylab({words}) on {node.name} changes nothing: {fixture} begins once for its {kind}; "
                f"{example}, or ask for the fixture relaylab",
                pytrace=False,
            )


def _beginning(item: pytest.Item, fixture: str) -> pytest.Item | pytest.Collector:
    """Give the node that a fixture begins for: a test outside of all classes is a class by itself."""
    kinds: dict[str, type[pytest.Collector]] = {"relaylab_class": pytest.Class, "relaylab_module": pytest.Module}
    return (item.getparent(kinds[fixture]) if fixture in kinds else None) or item


@contextmanager
def said_plainly() -> Iterator[None]:
    """Fail with the message of a choice that cannot be, without a traceback through our code."""
    __tracebackhide__ = True
    from relaylab import WorldFileError

    try:
        yield
    except (WorldFileError, ValueError) as error:
        raise pytest.fail.Exception(f"relaylab: {error}", pytrace=False) from None
