"""The pytest plugin: the fixture ``relaylab``, its settings, its marker, and ``--relaylab-report``.

Law of this module: pytest loads it in every project that has relaylab installed, so it imports nothing of relaylab
before a fixture, or the option of a report, asks for it.

One emulator runs for each process (with pytest-xdist: for each worker) on free ports. Each test finds it begun again:
no mail, no events, no counters, session numbers from one, its world, its instant, its seed.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from relaylab_conformance.test_run.choosing import (
    FIXTURES,
    MARKER,
    WORDS,
    options_of,
    refuse_late_marks,
    refuse_unknown_words,
    said_plainly,
)

if TYPE_CHECKING:
    from relaylab.testing import Lab

# The options with which pytest lists and runs nothing.
_LISTINGS: Final = ("collectonly", "showfixtures", "show_fixtures_per_test", "markers", "help")
_LABS: Final = pytest.StashKey[dict[str, "Lab"]]()  # of a test, a class or a module: the labs it was lent, by fixture
# Of a test: the newest event of each older lab before it, and how many instants that lab had stood at but for the last.
_SINCE: Final = pytest.StashKey[dict[int, tuple[int, int]]]()
_NEW: Final = (0, 0)
_FAILED: Final = pytest.StashKey[bool]()
_EVIDENCE: Final = pytest.StashKey[list[dict[str, Any]]]()


# The settings of a project -------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def relaylab_world() -> Any:  # noqa: ANN401 - a path, a text, a World or a LoadedWorld
    """The world that tests begin with: a name relaylab ships, a path, a text, a World. Override it in any scope."""
    return "default"


@pytest.fixture(scope="session")
def relaylab_start() -> Any:  # noqa: ANN401 - a text, a date or a datetime
    """The instant that tests begin at; never today. Override it in any scope."""
    return "2026-12-01T00:00:00Z"


@pytest.fixture(scope="session")
def relaylab_seed() -> int:
    """The seed of everything that varies. Override it in any scope."""
    return 0


# The fixtures --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _relaylab_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The lab of this process, which the tests take turns with."""
    from relaylab.testing import Lab

    with Lab(ca=_ca_folder(tmp_path_factory)) as lab:
        yield lab
        lab.begin_again()  # so that its end finds nothing of the last test


@pytest.fixture
def relaylab(
    request: pytest.FixtureRequest,
    _relaylab_process: Lab,
    relaylab_world: Any,  # noqa: ANN401 - as the fixture
    relaylab_start: Any,  # noqa: ANN401 - as the fixture
    relaylab_seed: int,
) -> Iterator[Lab]:
    """A stand-in for Microsoft 365's mail submission, begun again for this test.

    ``relaylab.submission.host`` and ``.port``, ``.mx``, ``.ca_file``, ``.accounts.scanner``, ``.travel("2027-01-04")``,
    ``.messages.one()``, ``.last_verdict.explain()``, ``.expect_refusal("5.7.30")``, ``.fault("mx=421connect")``.
    """
    options = options_of(request, relaylab_world, relaylab_start, relaylab_seed)
    with said_plainly():
        _relaylab_process.begin_again(options)
    yield from _lent(request, _relaylab_process)


@pytest.fixture(scope="class")
def relaylab_class(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    relaylab_world: Any,  # noqa: ANN401 - as the fixture
    relaylab_start: Any,  # noqa: ANN401 - as the fixture
    relaylab_seed: int,
) -> Iterator[Lab]:
    """A lab of its own for all tests of a class, which see what the earlier ones did."""
    yield from _kept(request, tmp_path_factory, relaylab_world, relaylab_start, relaylab_seed)


@pytest.fixture(scope="module")
def relaylab_module(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    relaylab_world: Any,  # noqa: ANN401 - as the fixture
    relaylab_start: Any,  # noqa: ANN401 - as the fixture
    relaylab_seed: int,
) -> Iterator[Lab]:
    """A lab of its own for all tests of a module, which see what the earlier ones did."""
    yield from _kept(request, tmp_path_factory, relaylab_world, relaylab_start, relaylab_seed)


def _lent(request: pytest.FixtureRequest, lab: Lab) -> Iterator[Lab]:
    """Give a lab to a node of the tests, and at its end say what was refused and not expected."""
    from relaylab.testing import UnexpectedRefusalError

    labs, fixture = request.node.stash.setdefault(_LABS, {}), str(request.fixturename)
    labs[fixture] = lab
    try:
        yield lab
        lab.check()
    except UnexpectedRefusalError as error:  # with its own words: no line of ours says more
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    finally:
        del labs[fixture]


def _kept(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    world: Any,  # noqa: ANN401 - as the fixture
    start: Any,  # noqa: ANN401 - as the fixture
    seed: int,
) -> Iterator[Lab]:
    """Start a lab of its own for a class or a module."""
    from relaylab.testing import Lab

    refuse_unknown_words(request.node)
    options = options_of(request, world, start, seed)
    with Lab(ca=_ca_folder(tmp_path_factory)) as lab:
        with said_plainly():
            lab.begin_again(options)
        yield from _lent(request, lab)
        lab.begin_again(replace(options, strict=False))  # what was refused has been said


def _ca_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the run's root certificate, which the workers of pytest-xdist share."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "relaylab-ca"


# Hooks ---------------------------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--relaylab-report`` and ``relaylab_strict``."""
    group = parser.getgroup("relaylab", "relaylab: a stand-in for the mail submission of Microsoft 365")
    group.addoption(
        "--relaylab-report",
        metavar="DIR",
        default=None,
        help="write the certificate of this test run: report.json, report.html, junit.xml",
    )
    parser.addini(
        "relaylab_strict", "make refusals that no expect_refusal waited for errors", type="bool", default=False
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and begin a report where one is asked for; workers leave that to their controller."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}({', '.join(f'{word}=...' for word in WORDS)}): how the relaylab fixtures begin for this test",
    )
    only_lists = any(config.getoption(name, default=False) for name in _LISTINGS)
    if config.getoption("relaylab_report") and not only_lists and not hasattr(config, "workerinput"):
        from relaylab_conformance.test_run.gathering import Gathering

        folder = Path(config.getoption("relaylab_report"))
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise pytest.UsageError(f"--relaylab-report {folder}: {error.strerror}; name another folder") from error
        config.pluginmanager.register(Gathering(folder), "relaylab-report")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Check the marker, and note where the logs of the labs of class and module stand."""
    refuse_unknown_words(item)
    refuse_late_marks(item)
    item.stash[_SINCE] = {id(lab): (lab.last_seq, len(lab.visited) - 1) for _, lab in _lent_before(item)}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Take what the test did down, before its lab begins again; a test that failed is not blamed a second time."""
    since = item.stash.get(_SINCE, {})
    if item.config.getoption("relaylab_report"):
        from relaylab_conformance.test_run.evidence import as_plain, evidence_of

        item.stash[_EVIDENCE] = as_plain(tuple(evidence_of(lab, *since.get(id(lab), _NEW)) for lab in _labs(item)))
    if item.stash.get(_FAILED, False):
        for lab in _labs(item):
            lab.expected.update(one.seq for one in lab.unexpected if one.seq > since.get(id(lab), _NEW)[0])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Put under a failure what stood on the wire and why, and hand what was taken down to the controller."""
    outcome = yield
    report = outcome.get_result()
    if report.failed and call.when != "teardown":
        item.stash[_FAILED] = True
        if call.excinfo is not None and call.excinfo.type.__module__ == "relaylab.testing.failures":
            _say_it_once(report)
        else:
            report.sections += [("relaylab", lab.told(repr(lab))) for lab in _labs(item)]
    if item.config.getoption("relaylab_report"):
        report.relaylab_asked = bool(FIXTURES & _fixtures(item))
    if call.when == "teardown" and _EVIDENCE in item.stash:
        report.relaylab = item.stash[_EVIDENCE]


def _say_it_once(report: pytest.TestReport) -> None:
    """Leave the first line in the summary, where pytest writes all lines again when it runs in CI."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        crash.message = crash.message.partition("\n")[0]


def _labs(item: pytest.Item) -> list[Lab]:
    """Give the labs that a test asked for, those of its class and its module included."""
    asked = _fixtures(item)
    return [lab for fixture, lab in _lent_before(item) if fixture in asked]


def _lent_before(item: pytest.Item) -> list[tuple[str, Lab]]:
    """Give the labs that are lent to a test, its class and its module at this moment, asked for by it or by others."""
    return [lent for node in item.listchain() for lent in node.stash.get(_LABS, {}).items()]


def _fixtures(item: pytest.Item) -> set[str]:
    """Give the names of the fixtures of a test, also those that it asked for on the way; none for a foreign item."""
    at_the_start = getattr(item, "fixturenames", ())
    on_the_way = getattr(getattr(item, "_request", None), "fixturenames", ())  # of getfixturevalue, told nowhere else
    return {*at_the_start, *on_the_way}
