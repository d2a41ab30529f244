"""Loads sender profiles: the ones that come with the package by name, anybody's own by path.

Law: a field without evidence does not load. ``evidence = "id"`` in a group speaks for all its fields,
``[group.evidence_of]`` for single ones; each id is a table ``[evidence.id]`` of the same file.
"""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, cast, get_type_hints

import tomli

from relaylab_scenarios.profile import Evidence, Mark, Profile
from relaylab_scenarios.tables import Complaint, Reader, did_you_mean, shown

_SUFFIX: Final = ".toml"
_EVIDENCE: Final = "evidence"
_EVIDENCE_OF: Final = "evidence_of"
_NEEDS_AN_ADDRESS: Final = (Mark.VENDOR, Mark.FORUM)
_GROUPS: Final[Mapping[str, type]] = {
    name: kind for name, kind in get_type_hints(Profile).items() if name not in ("name", _EVIDENCE)
}


class ProfileError(ValueError):
    """A profile cannot be used; ``complaints`` says everything that is wrong with it, one line each."""

    def __init__(self, *complaints: Complaint) -> None:
        super().__init__("\n".join(map(str, complaints)))
        self.complaints = complaints


def profiles() -> Mapping[str, Profile]:
    """Give every profile that comes with the package, by name."""
    return {name: profile(name) for name in _shipped()}


@cache
def profile(name: str) -> Profile:
    """Give the profile of a sender family that comes with the package.

    Raises:
        ProfileError: There is none of that name; the message has the names.
    """
    texts = _shipped()
    if name not in texts:
        names = ", ".join(texts)
        raise ProfileError(Complaint("profile", f"{shown(name)} is not one of {names}{did_you_mean(name, texts)}"))
    return read_profile(texts[name], file=name + _SUFFIX)


def load_profile(path: Path) -> Profile:
    """Load a profile from a file of one's own; its name is the file's.

    Raises:
        ProfileError: The file cannot be read, or something in it is wrong; all complaints at once.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        raise ProfileError(Complaint(str(path), f"cannot be read: {trouble}")) from trouble
    return read_profile(text, file=path.name)


def read_profile(text: str, *, file: str) -> Profile:
    """Read a profile from its text; its name is the file's.

    Raises:
        ProfileError: Something in it is wrong; all complaints at once.
    """
    try:
        tables = tomli.loads(text)
    except tomli.TOMLDecodeError as trouble:
        raise ProfileError(Complaint(file, f"is not TOML: {trouble}")) from trouble
    reader = Reader(file)
    reasons = _reasons(reader, tables.pop(_EVIDENCE, {}))
    for name in sorted(tables.keys() - _GROUPS.keys()):
        reader.complain(name, f"no such table{did_you_mean(name, _GROUPS)}")
    groups: dict[str, object] = {}
    evidence: dict[str, Evidence] = {}
    for name, kind in _GROUPS.items():
        table = tables.get(name)
        if not isinstance(table, dict):
            reader.complain(name, "missing; expected a table" if table is None else f"{shown(table)} is not a table")
            continue
        evidence |= _evidence(reader, name, kind, table, reasons)
        groups[name] = reader.table(kind, table, name)
    if reader.complaints:
        raise ProfileError(*reader.complaints)
    return Profile(name=file.removesuffix(_SUFFIX), evidence=evidence, **groups)  # type: ignore[arg-type]  # read by type


@cache
def _shipped() -> Mapping[str, str]:
    folder = files("relaylab_scenarios") / "profiles"
    found = (each for each in folder.iterdir() if each.name.endswith(_SUFFIX))
    return {each.name.removesuffix(_SUFFIX): each.read_text("utf-8") for each in sorted(found, key=lambda it: it.name)}


def _reasons(reader: Reader, tables: object) -> Mapping[str, Evidence]:
    """Read ``[evidence.*]``; what a maker or the public says needs an address where it can be read again."""
    if not isinstance(tables, dict):
        reader.complain(_EVIDENCE, f"{shown(tables)} is not a table")
        return {}
    reasons: dict[str, Evidence] = {}
    for name, table in tables.items():
        key = f"{_EVIDENCE}.{name}"
        reason = reader.table(Evidence, table, key)
        if isinstance(reason, Evidence):
            reasons[name] = reason
            if reason.mark in _NEEDS_AN_ADDRESS and reason.url is None:
                reader.complain(f"{key}.url", f"missing; a mark {reason.mark} needs the address of what it cites")
    return reasons


def _evidence(
    reader: Reader, group: str, kind: type, table: dict[str, object], reasons: Mapping[str, Evidence]
) -> Mapping[str, Evidence]:
    """Take a group's evidence out of its table: one reason for each field, or a complaint."""
    for_all = table.pop(_EVIDENCE, None)
    for_one = table.pop(_EVIDENCE_OF, {})
    if not isinstance(for_one, dict):
        reader.complain(f"{group}.{_EVIDENCE_OF}", f"{shown(for_one)} is not a table")
        for_one = {}
    names = [each.name for each in fields(kind)]
    for name in sorted(for_one.keys() - set(names)):
        reader.complain(f"{group}.{_EVIDENCE_OF}.{name}", f"no such key{did_you_mean(name, names)}")
    evidence: dict[str, Evidence] = {}
    for name in names:
        reason = cast("dict[str, object]", for_one).get(name, for_all)
        if reason is None and name not in table:
            continue
        if reason is None:
            reader.complain(f"{group}.{name}", f"no evidence; name it in {group}.{_EVIDENCE} or {_EVIDENCE_OF}")
        elif not isinstance(reason, str) or reason not in reasons:
            ids = ", ".join(reasons) or "nothing, since there is no table [evidence.*]"
            near = did_you_mean(reason, reasons)
            reader.complain(f"{group}.{name}", f"its evidence {shown(reason)} is not one of {ids}{near}")
        else:
            evidence[f"{group}.{name}"] = reasons[reason]
    return evidence
