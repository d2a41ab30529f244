"""The public authorities of a world: where they are written, what is refused, and that the document holds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from relaylab.app.config import LoadedWorld, WorldFileError, load_world, parse_world, world_from_document
from relaylab_certs import ClientKind, TestAuthority, issue_client
from tests.app.worlds import KNOWN, SMALL, problems

NO_FOLDER = "this world has no folder; write the certificate itself, under pem"
WAY_OUT = "export the root's certificate as PEM (Base-64) or DER"


@pytest.fixture(scope="module")
def corporate(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    """A company's own authority."""
    return TestAuthority.open(tmp_path_factory.mktemp("corporate"))


def loaded(folder: Path, tables: str) -> LoadedWorld:
    file = folder / "world.toml"
    file.write_text(SMALL + tables, encoding="utf-8")
    return load_world(file, known=KNOWN)


def said(folder: Path, tables: str) -> str:
    with pytest.raises(WorldFileError) as error:
        loaded(folder, tables)
    return str(error.value).removeprefix(f"{folder / 'world.toml'}: ")


def test_a_root_is_named_by_a_path_from_the_world_files_folder(corporate: TestAuthority, tmp_path: Path) -> None:
    pem = corporate.ca_file.read_text()
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "corporate.pem").write_text(f"Corporate root\n{pem}")

    (root,) = loaded(tmp_path, '[[trusted_root]]\nfile = "roots/corporate.pem"').world.trusted_roots

    assert (pem, "roots/corporate.pem") == (root.pem, root.file)


def test_a_root_may_be_der_as_devices_export_it(corporate: TestAuthority, tmp_path: Path) -> None:
    (tmp_path / "corporate.cer").write_bytes(corporate.der)

    (root,) = loaded(tmp_path, '[[trusted_root]]\nfile = "corporate.cer"').world.trusted_roots

    assert corporate.ca_file.read_text() == root.pem


def test_a_root_may_be_written_down(corporate: TestAuthority) -> None:
    pem = corporate.ca_file.read_text()

    (root,) = parse_world(f"{SMALL}[[trusted_root]]\npem = '''\n{pem}'''", "world.toml").world.trusted_roots

    assert pem == root.pem


def test_one_file_may_hold_several_roots(corporate: TestAuthority, authority: TestAuthority, tmp_path: Path) -> None:
    both = corporate.ca_file.read_text() + authority.ca_file.read_text()
    (tmp_path / "bundle.pem").write_text(both)

    (root,) = loaded(tmp_path, '[[trusted_root]]\nfile = "bundle.pem"').world.trusted_roots

    assert both == root.pem


def test_the_document_alone_is_the_world_and_its_digest_covers_the_certificate(
    corporate: TestAuthority, authority: TestAuthority, tmp_path: Path
) -> None:
    digests = set()
    for one in (corporate, authority):
        (tmp_path / "root.pem").write_bytes(one.ca_file.read_bytes())
        world = loaded(tmp_path, '[[trusted_root]]\nfile = "root.pem"')
        digests.add(world.digest)

        assert world.world == world_from_document(world.document, "sent", known=KNOWN)
    assert 2 == len(digests)


def test_a_key_in_the_same_file_stays_there(corporate: TestAuthority, tmp_path: Path) -> None:
    key = (corporate.ca_file.parent / "ca-key.pem").read_text()
    (tmp_path / "both.pem").write_text(key + corporate.ca_file.read_text())

    world = loaded(tmp_path, '[[trusted_root]]\nfile = "both.pem"')

    assert "PRIVATE KEY" not in str(world.document)


def test_a_device_certificate_is_no_root(corporate: TestAuthority, tmp_path: Path) -> None:
    issue_client(corporate, ClientKind.GOOD, "mail.contoso.com").write_to(tmp_path, "device")

    complaint = said(tmp_path, '[[trusted_root]]\nfile = "device.pem"')

    assert 'trusted_root[0].file: "device.pem" holds the certificate of CN=mail.contoso.com,' in complaint
    assert complaint.endswith("which is no authority; name the root that issued it")


@pytest.mark.parametrize("content", [b"", b"\0" * 9, b"-----BEGIN CERTIFICATE-----\nMIID", b"-----BEGIN X-----"])
def test_what_is_no_certificate_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(content)

    assert f'trusted_root[0].file: "root.pem" holds no certificate that can be read; {WAY_OUT}' == said(
        tmp_path, '[[trusted_root]]\nfile = "root.pem"'
    )


def test_a_file_that_is_not_there_is_refused_with_the_folder_that_was_looked_in(tmp_path: Path) -> None:
    assert (
        f'trusted_root[0].file: "root.pem" cannot be read from {tmp_path} (No such file or directory); '
        "write the path from there, or a whole one"
    ) == said(tmp_path, '[[trusted_root]]\nfile = "root.pem"')


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(bytes(1024 * 1024 + 1))

    assert f'trusted_root[0].file: "root.pem" is larger than 1 MB; {WAY_OUT}' == said(
        tmp_path, '[[trusted_root]]\nfile = "root.pem"'
    )


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("", "trusted_root[0].file: is missing; name the file of a root there, or write it down under pem"),
        (
            'file = "root.pem"',
            f'trusted_root[0].file: "root.pem" cannot be found: {NO_FOLDER}',
        ),
        ('pem = "none"', f'trusted_root[0].pem: "none" holds no certificate that can be read; {WAY_OUT}'),
        ("pem = 7", "trusted_root[0].pem: 7 is not text; write it in quotes"),
        ("file = 7", "trusted_root[0].file: 7 is not text; write it in quotes"),
        ('path = "x"', "trusted_root[0].path: is not a key of [[trusted_root]]; its keys are pem, file"),
    ],
)
def test_a_wrong_table_in_a_world_without_a_folder_is_told_to_the_letter(table: str, complaint: str) -> None:
    assert [f"world.toml: {complaint}"] == problems(f"{SMALL}[[trusted_root]]\n{table}")
