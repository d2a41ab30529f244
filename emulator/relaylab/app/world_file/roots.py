"""Trusted roots at the door: certificates of authorities, written in the world file or named by it.

What a file holds is put into the document as ``pem``, so that the document alone is the world: its digest covers the
certificate, and it may be sent to another machine. A key that stands in the same file stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic_core import PydanticCustomError

from relaylab.app.world_file.draft import Draft
from relaylab.app.world_file.errors import ROOT, Fault, Place, shown
from relaylab.app.world_file.known import KnownNames
from relaylab.app.world_file.words import refuse, text_word
from relaylab.domain.world import TrustedRoot
from relaylab.servers.chains import UNREADABLE, lenient_reading

TABLE: Final = "trusted_root"
_LARGEST: Final = 1024 * 1024  # octets; a bundle of all public roots takes a quarter of it
_BEGIN: Final = "-----BEGIN"
_EXPORT: Final = "export the root's certificate as PEM (Base-64) or DER"


def pem_of_authorities(octets: bytes) -> str:
    """Give the certificates in ``octets``, PEM or DER, as PEM; refuse what is none, and whoever is no authority."""
    try:
        with lenient_reading():
            if _BEGIN.encode() in octets:
                found = x509.load_pem_x509_certificates(octets)
            else:
                found = [x509.load_der_x509_certificate(octets)]
            strangers = [one.subject.rfc4514_string() for one in found if not _is_authority(one)]
    except UNREADABLE:
        refuse("holds no certificate that can be read", _EXPORT)
    if strangers:
        refuse(f"holds the certificate of {strangers[0]}, which is no authority", "name the root that issued it")
    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in found)


def with_roots_read(document: Mapping[str, object], folder: Path | None) -> tuple[Mapping[str, object], list[Fault]]:
    """Put the certificates of named files into a document; ``folder`` is the world file's own (None: it has none)."""
    tables, faults = document.get(TABLE), list[Fault]()
    if not isinstance(tables, list):
        return document, faults
    read: list[Any] = []
    for index, table in enumerate(tables):
        if isinstance(table, Mapping) and isinstance(name := table.get("file"), str) and "pem" not in table:
            try:
                read.append({**table, "pem": _pem_in(name, folder)})
                continue
            except PydanticCustomError as error:
                words = error.context or {}
                place = ROOT / TABLE / index / "file"
                faults.append(Fault(place, shown(name), str(words["expectation"]), str(words["suggestion"])))
        read.append(table)
    return {**document, TABLE: read}, faults


def a_trusted_root_has_a_certificate(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A trusted root is written down or named."""
    for entry in draft.fine(TrustedRoot):
        if entry.noun.pem is None and entry.noun.file is None:
            place: Place = entry.place / "file"
            yield Fault(place, None, "is missing", "name the file of a root there, or write it down under pem")


def _pem_in(name: str, folder: Path | None) -> str:
    if folder is None:
        refuse("cannot be found: this world has no folder", "write the certificate itself, under pem")
    path = folder / name
    try:
        with path.open("rb") as file:
            octets = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "that is no path"
        refuse(f"cannot be read from {folder} ({why})", "write the path from there, or a whole one")
    if len(octets) > _LARGEST:
        refuse("is larger than 1 MB", _EXPORT)
    return pem_of_authorities(octets)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


PEM: Final = text_word(
    lambda text: pem_of_authorities(text.encode()),
    "certificates of authorities, PEM",
    f"{_BEGIN} CERTIFICATE-----\n...",
)
CHECKS: Final = (a_trusted_root_has_a_certificate,)
