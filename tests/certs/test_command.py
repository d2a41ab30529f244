import ssl
from pathlib import Path

import pytest

from relaylab_certs import TestAuthority
from relaylab_certs.__main__ import main
from tests.certs.handshake import a_client, shake_hands


def test_the_command_writes_what_a_device_and_a_server_need(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    code = main(["--out", str(out), "--ca", str(directory), "--name", "printer.lan", "--key", "rsa", "--chain", "g1"])

    assert 0 == code
    assert TestAuthority.open(directory).fingerprint in capsys.readouterr().out
    assert TestAuthority.open(directory).der == (out / "relaylab-ca.cer").read_bytes()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(out / "server.pem", out / "server-key.pem")
    shake_hands(a_client(out / "relaylab-ca.pem"), server, host="printer.lan")


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (["--name", "a b"], '"a b" is neither an IP address nor a host name'),
        (["--key", "dsa"], "choose from"),
        (["--chain", "g3"], "choose from"),
    ],
)
def test_bad_input_ends_with_exit_code_2_and_says_what_is_expected(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: list[str], complaint: str
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--out", str(tmp_path), "--ca", str(directory), *wrong])

    assert 2 == end.value.code
    assert complaint in capsys.readouterr().err


def test_a_damaged_root_ends_with_exit_code_2(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    TestAuthority.open(directory).ca_file.write_bytes(b"")

    with pytest.raises(SystemExit) as end:
        main(["--out", str(tmp_path), "--ca", str(directory)])

    assert 2 == end.value.code
    assert "ca.pem is damaged" in capsys.readouterr().err
