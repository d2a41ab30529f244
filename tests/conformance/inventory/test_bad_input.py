"""Whatever is given for an export: a clear error with file, row, column and the way out, and nothing half-written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from relaylab_conformance.inventory.columns import written
from relaylab_conformance.inventory.origin import ExportError
from relaylab_conformance.inventory.shapes import RECOGNISED
from tests.conformance.inventory.importing import csv, put, relaylab, take

CAS = csv(
    ("PrimarySmtpAddress", "SmtpClientAuthenticationDisabled"),
    ("scanner@contoso.com", "False"),
    ("boss@contoso.com", ""),
)
CONNECTOR = ("Name", "ConnectorType", "SenderIPAddresses", "SenderDomains")


def error_of(folder: Path, name: str, content: bytes | str) -> str:
    """What is said of a file that stands alone."""
    put(folder, {name: content})
    with pytest.raises(ExportError) as caught:
        take(folder / name, tenant="contoso")
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest", "Excel workbook; unpack it, or save the sheet as CSV UTF-8"),
        (b"%PDF-1.7", "is a PDF"),
        (b"<html><title>Sign in</title>", "is a web page or XML; the download gave a sign-in page"),
        (b"#< CLIXML\n<Objs>", "is CLIXML; use Export-Csv or ConvertTo-Json"),
        (b"<Objs Version='1'>", "is CLIXML"),
        (b"\x00" * 5000, "holds nothing but zero octets; the copy or download failed"),
        (b'"A","B"\r\n"1","\x00\x00"\r\n', "line 2: has a zero octet"),
        (b'[[tenant]]\nname = "contoso"\n', "is a world file, not an export"),
        (b"Name      Enabled\n----      -------\nx         True\n", "is what PowerShell prints, not an export"),
        (b"Name    : Relay\nEnabled : True\n", "is what PowerShell prints, not an export"),
        (b"\r\n\r\n", "has no headings"),
        (b'"Colour","Size"\r\n"red","2"\r\n', "is none of the exports that are known: its columns are Colour, Size"),
        (b"[1, 2]", "holds a number or a switch where a record should be"),
        (b"[]", "holds no record"),
    ],
)
def test_a_file_that_is_no_export_is_told_what_it_is(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in error_of(tmp_path, "wrong.csv", content)


def test_two_gigabytes_of_zeros_are_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "casmailbox.csv"
    with file.open("wb") as sparse:
        sparse.truncate(2 * 1024**3)

    with pytest.raises(ExportError, match="holds nothing but zero octets"):
        take(file, tenant="contoso")


def test_zeros_behind_a_good_beginning_are_refused_with_their_line(tmp_path: Path) -> None:
    file = tmp_path / "casmailbox.csv"
    file.write_bytes(CAS.encode())
    with file.open("r+b") as sparse:
        sparse.truncate(200 * 1024**2)

    with pytest.raises(ExportError, match=r"casmailbox.csv: line \d+: has a zero octet"):
        take(file, tenant="contoso")


def test_zeros_behind_thousands_of_good_rows_are_refused_with_their_line_however_many_they_are(tmp_path: Path) -> None:
    file = put(tmp_path, {"casmailbox.csv": CAS + '"a@contoso.com","False"\r\n' * 10_000}) / "casmailbox.csv"
    with file.open("r+b") as sparse:
        sparse.truncate(2 * 1024**3)

    with pytest.raises(ExportError, match=r"casmailbox.csv: line 10004: has a zero octet; the file is damaged"):
        take(file, tenant="contoso")


def test_half_a_csv_file_is_never_taken_for_a_whole_one(tmp_path: Path) -> None:
    """Cut anywhere but between two rows, it is said where it ends."""
    first_row = CAS.index("scanner")
    between = {size for size in range(len(CAS) + 1) if CAS[:size].rstrip("\r\n").endswith('"False"')}

    said = {size: error_of(tmp_path, "cas.csv", CAS[:size]) for size in {*range(first_row, len(CAS) - 3)} - between}

    assert [] == [(size, text) for size, text in said.items() if not text.startswith("cas.csv: row ")]


def test_half_a_json_file_is_refused_with_its_line(tmp_path: Path) -> None:
    whole = '[\n {"PrimarySmtpAddress": "a@contoso.com", "SmtpClientAuthenticationDisabled": null},\n {"PrimarySmtpAd'

    said = error_of(tmp_path, "cas.json", whole)

    assert said.startswith("cas.json: line 3")
    assert "export it again (ConvertTo-Json -Depth 5" in said


def test_a_missing_column_is_named_with_the_command_that_exports_it(tmp_path: Path) -> None:
    said = error_of(
        tmp_path, "connectors.csv", csv(("Name", "ConnectorType", "SenderDomains"), ("Relay", "OnPremises", "*"))
    )

    assert 'looks like Get-InboundConnector, but has no column "SenderIPAddresses"' in said
    assert "Get-InboundConnector | ConvertTo-Json -Depth 5" in said


@pytest.mark.parametrize(
    ("columns", "looks_like", "lacks", "way_out"),
    [
        (
            ("PrimarySmtpAddress", "ImapEnabled"),
            "Get-CASMailbox",
            "SmtpClientAuthenticationDisabled",
            "export with Get-CASMailbox -ResultSize",
        ),
        (
            ("Name", "AllowLegacyTLSClients"),
            "Get-TransportConfig",
            "SmtpClientAuthenticationDisabled",
            "export it again: Get-TransportConfig |",
        ),
        (
            ("Name", "SenderIPAddresses", "SenderDomains"),
            "Get-InboundConnector",
            "ConnectorType",
            "export it again: Get-InboundConnector |",
        ),
        (
            ("DomainName", "Domain typ"),
            "Get-AcceptedDomain",
            "DomainType",
            "if \"Domain typ\" is it, say --column 'Domain typ=DomainType'; or export it again",
        ),
    ],
)
def test_an_export_without_its_own_column_is_told_which_it_is_and_what_it_lacks(
    tmp_path: Path, columns: tuple[str, ...], looks_like: str, lacks: str, way_out: str
) -> None:
    said = error_of(tmp_path, "export.csv", csv(columns, tuple("x" for _ in columns)))

    assert f'looks like {looks_like}, but has no column "{lacks}"' in said
    assert way_out in said
    assert "the known ones" not in said


def test_names_that_every_object_has_tell_nothing(tmp_path: Path) -> None:
    said = error_of(tmp_path, "export.csv", csv(("Name", "Identity", "DisplayName"), ("x", "y", "z")))

    assert "is none of the exports that are known" in said
    assert 1 == said.count("message trace")


def test_every_column_that_an_export_must_have_is_named_as_its_export_writes_it() -> None:
    squashed = [choice[0] for shape in RECOGNISED for choice in shape.needs if written(choice[0]) == choice[0]]

    assert [] == squashed


def test_the_newer_cmdlet_that_lacks_the_property_is_named(tmp_path: Path) -> None:
    columns = ("PrimarySmtpAddress", "ActiveSyncEnabled", "OWAEnabled", "PopEnabled")

    said = error_of(tmp_path, "exo.csv", csv(columns, ("a@contoso.com", "True", "True", "True")))

    assert "no property set of Get-EXOCasMailbox has it; export with Get-CASMailbox" in said


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("=cmd|' /C calc'!A0", "is a formula, which no export writes"),
        ("@SUM(1+9)*cmd|' /C calc'!A0", "is a formula"),
        ("scanner", "is not an address"),
        ("  ", "is missing: which mailbox is it?"),
    ],
)
def test_a_wrong_address_is_said_with_file_row_and_column(tmp_path: Path, cell: str, said: str) -> None:
    rows = csv(("SmtpClientAuthenticationDisabled", "PrimarySmtpAddress"), ("", "a@contoso.com"), ("True", cell))

    found = error_of(tmp_path, "cas.csv", rows)

    assert found.startswith("cas.csv: row 3, PrimarySmtpAddress (column B): ")
    assert said in found


def test_a_formula_in_a_name_is_refused(tmp_path: Path) -> None:
    said = error_of(
        tmp_path, "c.csv", csv(CONNECTOR, ('=HYPERLINK("http://x")'.replace('"', "'"), "OnPremises", "", "*"))
    )

    assert "row 2, Name (column A)" in said
    assert "is a formula" in said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("Relay", "OnPremisis", "", "*"), 'ConnectorType (column B): "OnPremisis" is not one of OnPremises, Partner'),
        (("Relay", "OnPremises", "203.0.113.0/20", "*"), "SenderIPAddresses (column C)"),
        (("Relay", "OnPremises", "2001:db8::1", "*"), "is IPv6; a connector holds IPv4 addresses only"),
    ],
)
def test_what_the_world_file_cannot_hold_is_said_with_its_cell(tmp_path: Path, row: tuple[str, ...], said: str) -> None:
    assert said in error_of(tmp_path, "c.csv", csv(CONNECTOR, row))


def test_every_wrong_row_is_said_at_once_up_to_a_point(tmp_path: Path) -> None:
    rows = csv(("PrimarySmtpAddress", "SmtpClientAuthenticationDisabled"), *((f"bad{n}", "") for n in range(30)))

    lines = error_of(tmp_path, "cas.csv", rows).splitlines()

    assert 11 == len(lines)
    assert "mend these first" in lines[-1]


def test_one_wrong_file_hides_nothing_of_another(tmp_path: Path) -> None:
    put(
        tmp_path,
        {"one.csv": CAS.replace("scanner@contoso.com", "nobody"), "two.csv": CAS.replace('"False"', '"Maybe"')},
    )

    with pytest.raises(ExportError) as caught:
        take(tmp_path / "one.csv", tmp_path / "two.csv", tenant="contoso")

    assert ["one.csv", "two.csv"] == [problem.file for problem in caught.value.problems]


def test_a_row_with_too_many_cells_is_said(tmp_path: Path) -> None:
    said = error_of(tmp_path, "cas.csv", CAS + '"a@contoso.com","False","more"\r\n')

    assert "cas.csv: row 4: has 3 cells where the headings name 2 columns" in said


def test_a_quote_that_nobody_closes_does_not_swallow_the_file(tmp_path: Path) -> None:
    said = error_of(tmp_path, "cas.csv", CAS + '"a@contoso.com,' + "x" * 300_000)

    assert "row 4" in said
    assert "a quote that is not closed" in said


def test_a_line_without_an_end_is_not_read_into_memory(tmp_path: Path) -> None:
    said = error_of(tmp_path, "cas.csv", "PrimarySmtpAddress,SmtpClientAuthenticationDisabled" + "x" * 2_000_000)

    assert "this is no table" in said


def test_text_that_is_no_encoding_is_said_with_its_line(tmp_path: Path) -> None:
    assert "line 4: is neither UTF-8 nor Windows-1252 (octet 0x81)" in error_of(
        tmp_path, "cas.csv", CAS.encode() + b'"\x81@contoso.com",""\r\n'
    )


def test_utf_16_that_is_cut_in_a_character_is_said(tmp_path: Path) -> None:
    said = error_of(tmp_path, "cas.csv", CAS.encode("utf-16")[:-1])

    assert "the file is cut off or damaged: export it again" in said


def test_exports_of_two_tenants_are_not_mixed(tmp_path: Path) -> None:
    for name in ("contoso", "fabrikam"):
        rows = csv(("DomainName", "DomainType"), (f"{name}.onmicrosoft.com", "Authoritative"))
        put(tmp_path, {f"{name}.csv": rows})

    with pytest.raises(ExportError, match="import the exports of each by themselves"):
        take(tmp_path)


def test_exports_that_do_not_name_their_tenant_ask_for_it(tmp_path: Path) -> None:
    put(tmp_path, {"cas.csv": CAS})

    with pytest.raises(ExportError, match="say --tenant NAME"):
        take(tmp_path)


def test_a_tenant_that_the_exports_contradict_is_refused(tmp_path: Path) -> None:
    put(tmp_path, {"d.csv": csv(("DomainName", "DomainType"), ("contoso.onmicrosoft.com", "Authoritative"))})

    with pytest.raises(ExportError, match='is of the tenant "contoso", not of "fabrikam"'):
        take(tmp_path, tenant="fabrikam")


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("www IN A 203.0.113.1\n", "put $ORIGIN contoso.com. with your domain into its first line"),
        ("contoso.com. IN MX zero host.example.\n", "line 1: is not a zone file"),
        ('contoso.com. IN TXT "never closed\n', "is not a zone file"),
        ("$INCLUDE other.zone\ncontoso.com. IN A 203.0.113.1\n", "is not followed; export the zone as one file"),
    ],
)
def test_a_zone_that_cannot_be_read_is_said(tmp_path: Path, zone: str, said: str) -> None:
    assert said in error_of(tmp_path, "zone.txt", zone)


# Nothing is half-written ---------------------------------------------------------------------------------------------


def test_bad_input_leaves_the_world_file_as_it_was(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    put(tmp_path / "good", {"cas.csv": CAS})
    assert 0 == relaylab(tmp_path / "good", "--tenant", "contoso", "--out", world).exit_code
    before = world.read_bytes()
    put(tmp_path / "bad", {"cas.csv": CAS[:-20]})

    done = relaylab(tmp_path / "bad" / "cas.csv", "--tenant", "contoso", "--out", world)

    assert 2 == done.exit_code
    assert before == world.read_bytes()
    assert ["bad", "good", "world.toml"] == sorted(one.name for one in tmp_path.iterdir())


def test_a_world_file_that_does_not_hold_is_not_touched(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    world.write_text('[[tenant]]\nname = "con toso"\n', encoding="utf-8")
    put(tmp_path / "good", {"cas.csv": CAS})

    done = relaylab(tmp_path / "good", "--tenant", "contoso", "--out", world)

    assert 2 == done.exit_code
    assert "tenant[0].name" in done.output
    assert '[[tenant]]\nname = "con toso"\n' == world.read_text(encoding="utf-8")


def test_tables_inside_a_line_are_not_torn_apart(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    world.write_text('[[tenant]]\nname = "contoso"\nmailbox = [{address = "a@contoso.onmicrosoft.com"}]\n')
    put(tmp_path / "good", {"cas.csv": CAS})

    done = relaylab(tmp_path / "good", "--tenant", "contoso", "--out", world)

    assert 2 == done.exit_code
    assert "tenant.mailbox: is written inside a line" in done.output


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    put(tmp_path / "good", {"cas.csv": CAS})

    done = relaylab(tmp_path / "good", "--tenant", "contoso", "--out", tmp_path / "none" / "world.toml")

    assert 2 == done.exit_code
    assert "choose another file or folder" in done.output


def test_a_world_is_not_written_over_an_export_that_is_read(tmp_path: Path) -> None:
    put(tmp_path, {"cas.csv": CAS})
    (tmp_path / "folder").mkdir()

    done = relaylab(tmp_path / "cas.csv", "--tenant", "contoso", "--out", tmp_path / "folder" / ".." / "cas.csv")

    assert 2 == done.exit_code
    assert "cas.csv: would replace an export, which is read; name another file" in done.output
    assert CAS.encode() == (tmp_path / "cas.csv").read_bytes()


def test_a_report_without_its_tls_columns_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    put(tmp_path, {"n.csv": csv(("Sender address", "Domain", "Messages sent"), ("a@contoso.com", "contoso.com", "5"))})

    with pytest.raises(ExportError, match=r"has no column TLS 1.0, TLS 1.1, TLS 1.2; say --as smtp_auth_clients="):
        take(tmp_path / "n.csv", tenant="contoso")


def test_what_can_be_read_but_once_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "pipe", Path("-")):
        with pytest.raises(ExportError, match="is no file, and an export is read twice; save it in a file"):
            take(path)


@pytest.mark.parametrize(
    "text",
    [
        'contoso.com\ttext = "v=spf1 -all"\n',
        'Non-authoritative answer:\ncontoso.com\ttext =\n\n\t"v=spf1 -all"\n',
        "Name Type TTL Section Strings\n---- ---- --- ------- -------\ncontoso.com TXT 3600 Answer {v=spf1 -all}\n",
        'Type,Name,Content,TTL\nTXT,contoso.com,"v=spf1 -all",1\n',
    ],
)
def test_dns_that_is_no_zone_text_is_called_dns(tmp_path: Path, text: str) -> None:
    put(tmp_path, {"dns.txt": text})

    with pytest.raises(ExportError, match=r"is DNS as nslookup, .* only zone text is read: dig NAME TXT"):
        take(tmp_path / "dns.txt", tenant="contoso")
