"""Set relaylab up on a machine that has only Python, and run it.

python lab.py certify            judge the shipped estate; succeeds when it finds exactly what that estate carries
python lab.py test               lint, types, import contracts, tests
python lab.py docs               build the site from docs/ into build/docs; a warning is an error
python lab.py relaylab ARGS...   the relaylab command, for example: python lab.py relaylab serve --help

The first run makes a virtual environment in .venv beside this file and installs relaylab into it; later runs skip that
until pyproject.toml or the version of Python changes. Nothing outside this folder is touched.
"""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

# What a command needs installed: the product itself, or also the tools that check it, or those that build the site.
CORE = "."
DEVELOPMENT = ".[dev]"
DOCUMENTATION = ".[docs]"
# An environment with tools holds the product too.
HOLD = {CORE: (CORE, DEVELOPMENT, DOCUMENTATION), DEVELOPMENT: (DEVELOPMENT,), DOCUMENTATION: (DOCUMENTATION,)}

CERTIFY = ["-m", "relaylab_conformance.shipped_estate"]
RELAYLAB = ["-m", "relaylab_conformance"]
DOCS = ["-m", "sphinx", "-q", "-W", "--keep-going", "-n", "-b", "html", "docs", "build/docs"]
CHECKS = {
    "lint": ["-m", "ruff", "check"],
    "format": ["-m", "ruff", "format", "--check"],
    "types": ["-m", "mypy"],
    "imports": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-logo"],
    "tests": ["-m", "pytest", "-n", "auto"],
}


class SetUpError(Exception):
    """Something stands in the way before relaylab can run; the message ends with the way out."""


def main(arguments: "list[str]") -> int:
    """Run one command and give its exit code; 2 on bad use, or when the set-up fails."""
    try:
        refuse_old_python()
        return obey(arguments)
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 2


def obey(arguments: "list[str]") -> int:
    """Do what the first argument names."""
    command, *rest = arguments or [""]
    if command == "relaylab":
        prepare(CORE)
        return run([*RELAYLAB, *rest], folder=Path.cwd())
    if arguments == ["certify"]:
        prepare(CORE)
        return run(CERTIFY)
    if arguments == ["test"]:
        prepare(DEVELOPMENT)
        return check()
    if arguments == ["docs"]:
        prepare(DOCUMENTATION)
        code = run(DOCS)
        print("built build/docs/index.html" if code == 0 else "the site was not built; mend what is named above")
        return code
    if arguments in (["help"], ["-h"], ["--help"]):
        print(__doc__)
        return 0
    raise SetUpError(f'"{" ".join(arguments)}" is not one of certify, test, docs, relaylab ARGS...\n\n{__doc__}')


def check() -> int:
    """Run every check, also after one has failed, and say at the end which did."""
    failed = []
    for name, command in CHECKS.items():
        print(f"-- {name}", flush=True)
        if run(command) != 0:
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def prepare(wanted: str) -> None:
    """Bring the virtual environment up to date, unless a stamp says that it is."""
    if PYTHON.exists() and any(stamp_of(kind).exists() for kind in HOLD[wanted]):
        return
    print(f"setting up {VENV} (once; needs the network and a minute or two)", file=sys.stderr, flush=True)
    if not is_of_this_python():
        make_environment()
    install(wanted)


def is_of_this_python() -> bool:
    """Whether there is an environment that works and that this version of Python made."""
    if not PYTHON.exists():
        return False
    question = [str(PYTHON), "-c", "import pip, sys; print('%d.%d' % sys.version_info[:2])"]
    answer = subprocess.run(question, capture_output=True, text=True, check=False)
    return answer.stdout.strip() == dotted(sys.version_info[:2])


def make_environment() -> None:
    """Make the virtual environment, in place of one that another version of Python made."""
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False).returncode != 0:
        raise SetUpError(
            f"This Python ({sys.executable}) cannot make a virtual environment; the reason is above.\n"
            "On Debian and Ubuntu: sudo apt install python3-venv. Elsewhere install Python from python.org, which "
            "brings venv and ensurepip along.\nIf a file in .venv is in use or not yours, delete that folder first."
        )


def install(wanted: str) -> None:
    """Install relaylab, editable, so that a changed source needs no new installation."""
    if run(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", wanted]) != 0:
        raise SetUpError(
            "pip could not install relaylab; the reason is above.\n"
            "If it is the network: the first run needs it. Behind a proxy, set HTTPS_PROXY; with no way out, put the "
            "wheels into a folder and set PIP_NO_INDEX=1 and PIP_FIND_LINKS=FOLDER. Then run the same command again."
        )
    stamp_of(wanted).touch()


def stamp_of(wanted: str) -> Path:
    """The file that says: installed, for this folder, this pyproject.toml and this version of Python."""
    version = dotted(sys.version_info[:2])
    described = "\n".join([wanted, str(ROOT), version, (ROOT / "pyproject.toml").read_text(encoding="utf-8")])
    return VENV / f"relaylab-{hashlib.sha256(described.encode()).hexdigest()[:16]}.installed"


def run(arguments: "list[str]", folder: Path = ROOT) -> int:
    """Run the environment's Python in a folder, and give its exit code as a shell does."""
    with subprocess.Popen([str(PYTHON), *arguments], cwd=str(folder)) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        while True:
            try:
                code = process.wait()
                return code if code >= 0 else 128 - code
            except KeyboardInterrupt:
                continue  # the child was interrupted too, and ends when it has written what it accepted


def refuse_old_python() -> None:
    """Say so where this Python is too old; this file therefore parses on every Python 3.6."""
    if sys.version_info < OLDEST:
        raise SetUpError(
            f"relaylab needs Python {dotted(OLDEST)} or newer, and this is {dotted(sys.version_info[:2])} "
            f"({sys.executable}).\nInstall a newer one from python.org or your system's packages and run this file "
            "with it, for example: python3.12 lab.py certify"
        )


def dotted(version: "tuple[int, ...]") -> str:
    """Write a version as people do."""
    return ".".join(str(part) for part in version)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
