"""JSON merge patches (RFC 7396) in a world's document, below one tenant."""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from relaylab.servers.control.call import RejectedError, did_you_mean, not_found

# What an entry of a list is called by, the first that it has.
_KEYS: Final = ("address", "name", "app_id", "identity", "value")
_SHOWN: Final = 20  # entries that an error names


def patched(
    document: dict[str, object], tenant: str, steps: tuple[str, ...], patch: dict[str, object]
) -> dict[str, object]:
    """Give the document with a patch applied to what ``steps`` lead to within a tenant.

    A step is a key of a table, or the address, name, id or place (from 0) of an entry in a list.
    """
    changed = deepcopy(document)
    node = _entry(changed.get("tenant"), tenant, "the world", "tenant")
    for place, step in enumerate(steps):
        where = "/".join((tenant, *steps[:place]))
        node = node.setdefault(step, {}) if isinstance(node, dict) else _entry(node, step, where, steps[place - 1])
    if not isinstance(node, dict):
        raise RejectedError(
            f"{'/'.join((tenant, *steps))} is no table, and only a table can be patched; patch the table it is in, or "
            "name an entry of the list"
        )
    try:
        _merge(node, patch)
    except RecursionError:
        raise RejectedError("the patch is nested too deep for any world; send a flatter one") from None
    return changed


def _entry(entries: object, step: str, where: str, what: str) -> object:
    found = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    called = [_called(entry) for entry in found]
    for entry, name in zip(found, called, strict=True):
        if name is not None and name.casefold() == step.casefold():
            return entry
    if step.isascii() and step.isdigit() and len(step) < 10 and int(step) < len(found):
        return found[int(step)]
    names = tuple(name for name in called if name is not None)
    there = ", ".join(names[:_SHOWN]) or "none"
    raise not_found(f"{where} has no {what} {step!r}{did_you_mean(step, names) or f'; there are {there}'}")


def _called(entry: dict[str, object]) -> str | None:
    return next((value for key in _KEYS if isinstance(value := entry.get(key), str)), None)


def _merge(target: dict[str, object], patch: dict[str, object]) -> None:
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            below = target.get(key)
            if not isinstance(below, dict):
                below = target[key] = {}
            _merge(below, value)
        else:
            target[key] = value
