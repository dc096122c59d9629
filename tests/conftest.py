"""What the tests share: the program called in this process, its screen, and the golden files."""

from __future__ import annotations

import gc
import io
import os
import re
import shlex
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zlib import crc32

import pytest
from hypothesis import settings
from typer.testing import CliRunner

from tests.schemas import assert_follows_its_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from typer.testing import Result

settings.register_profile("default", deadline=None, max_examples=10)
settings.register_profile("quick", deadline=None, max_examples=3)
settings.register_profile("brief", deadline=None, max_examples=5, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

os.environ.setdefault("KERAS_BACKEND", "torch")  # what the extra "oracle" installs

collect_ignore = ["data", "keras_models.py"]  # programs that are read, and one that needs Keras: no doctests are in them

GOLDEN = Path(__file__).parent / "golden"


class Cli(Protocol):
    """The program: arguments and standard input in, the result out."""

    def __call__(self, *args: str, stdin: str | bytes | None = None) -> Result: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--overwrite", action="store_true", help="write the golden files anew")


def pytest_configure(config: pytest.Config) -> None:
    """Try fewer examples between two edits, where nothing else is asked for."""
    if config.option.markexpr == "not slow" and "HYPOTHESIS_PROFILE" not in os.environ:
        settings.load_profile("quick")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Leave what is collected, which stays to the end, out of collections of garbage: each takes a third of a second with it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count what needs a framework, a network or a browser as slow: -m takes the place of what pyproject.toml deselects.

    So count the cases of a test that repeat what a few of them, its spread, show already.
    """
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        if any(item.get_closest_marker(name) for name in ("oracle", "network", "browser")):
            item.add_marker("slow")
        if item.get_closest_marker("spread"):
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for each in cases.values():
        (number,) = each[0].get_closest_marker("spread").args
        # the order of checksums has nothing to do with that of the cases, and a new case moves one other at most
        for item in sorted(each, key=lambda item: crc32(item.nodeid.encode()))[number:]:
            item.add_marker("slow")


@pytest.fixture(scope="session")
def commands_made_once() -> Callable[[str], object]:
    """Return what keeps the commands that Typer makes of functions: a process calls one, and the tests two thousand."""
    from lstm_calc import cli

    return cache(cli.command)


@pytest.fixture
def cli(commands_made_once: Callable[[str], object], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Return a function that calls the program in this process, and holds each JSON answer against its schema."""
    monkeypatch.setattr("lstm_calc.cli.command", commands_made_once)
    from lstm_calc.cli import app

    def call(*args: str, stdin: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(app, list(args), input=stdin, catch_exceptions=False)
        if result.stdout.startswith('{\n  "schema"'):
            assert_follows_its_schema(result.stdout)
        return result

    return call


class Refused(Protocol):
    """A call as a line, and what its error says."""

    def __call__(self, line: str, told: str) -> None: ...


@pytest.fixture
def refused(cli: Cli) -> Refused:
    """Return a function that calls the program, which must refuse the call and say why."""

    def call(line: str, told: str) -> None:
        result = cli(*shlex.split(line))
        assert result.exit_code == 2
        assert told in result.stderr

    return call


class Terminal(io.StringIO):
    """A terminal that takes UTF-8."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Screen(Protocol):
    """The program on a terminal: arguments in, what is seen there and the exit code out."""

    def __call__(self, *args: str) -> tuple[str, int]: ...


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch, commands_made_once: Callable[[str], object]) -> Screen:
    """Return a function that calls the program on a terminal of 80 columns, and gives what it shows, without colours."""
    monkeypatch.setattr("lstm_calc.cli.command", commands_made_once)
    from lstm_calc.cli import app
    from lstm_calc.cli.version import tool_and_version

    for name, value in {"COLUMNS": "80", "TERM": "xterm-256color", "SOURCE_DATE_EPOCH": "0"}.items():
        monkeypatch.setenv(name, value)

    def call(*args: str) -> tuple[str, int]:
        shown = Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", shown)
            with pytest.raises(SystemExit) as ended:
                app(list(args), prog_name="lstm-calc")
        text = re.sub(r"\x1b\[[0-9;]*m", "", shown.getvalue())
        text = text.replace(tool_and_version(), "lstm-calc VERSION")
        return re.sub(r" +$", "", text, flags=re.MULTILINE), int(ended.value.code or 0)

    return call


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Return a function that compares a text with the golden file of a name."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--overwrite"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return check
