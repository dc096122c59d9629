"""What goes wrong around the program: pipes, disks, signals, encodings, networks; it ends in order, and old files stay whole."""

from __future__ import annotations

import gc
import io
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipapp
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import lstm_calc
from lstm_calc.__main__ import main
from lstm_calc.cli import app, command
from lstm_calc.cli.commands import all_commands, command_of
from lstm_calc.cli.output import write_file
from lstm_calc.render import formats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cli

pytestmark = pytest.mark.slow

posix = pytest.mark.skipif(os.name != "posix", reason="devices and signals of POSIX")
SWEEP = ("sweep", "8 > lstm 8", "--vary", "units=1:1000000", "--vary", "input=1:1000", "--format", "csv")


def examples() -> dict[str, list[str]]:
    """Return the arguments of every command's example."""
    helps = {name: " ".join(command(name).help.split()) for name in all_commands()}
    return {name: shlex.split(text.partition("Example: lstm-calc ")[2]) for name, text in helps.items()}


EXAMPLES = examples() | {"inspect": ["inspect", str(Path(__file__).parent / "data" / "checkpoints" / "bilstm.pt")]}
NUMBERS = {name: call for name, call in EXAMPLES.items() if name != "verify"}
"""The examples that need no framework."""


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Let what is started here be interrupted, also where the tests run in the background of a shell, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Program(subprocess.Popen[Any]):
    """The program as a process of its own, which does not outlive a test that fails."""

    def __exit__(self, kind: type[BaseException] | None, *more: object) -> None:
        if kind is not None:
            self.kill()
        super().__exit__(kind, *more)


def started(*arguments: str, **settings: Any) -> Program:
    """Start the program, its streams in pipes."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return Program([sys.executable, "-m", "lstm_calc", *arguments], **(pipes | settings))


@posix
@pytest.mark.parametrize("name", [*NUMBERS, "--help", "--version", "solve --help"])
def test_a_reader_that_has_gone_is_no_error(name: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with started(*NUMBERS.get(name, name.split()), stdout=writer) as process:
        os.close(writer)
        assert (process.stderr.read(), process.wait()) == (b"", 0)


@posix
@pytest.mark.parametrize("form", formats())
def test_a_reader_that_goes_after_a_line_is_no_error(form: str) -> None:
    call = (
        ("diagram", "8 > lstm 8 x600", "--format", form) if form == "mermaid" else ("params", "8 > lstm 8 x600", "--format", form)
    )
    with started(*call) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@posix
def test_a_reader_that_leaves_a_long_sweep_ends_it() -> None:
    with started(*SWEEP) as process:
        assert process.stdout.readline() == b"units,input,params,bytes,macs\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=20) == 0


@posix
@pytest.mark.parametrize("name", NUMBERS)
def test_a_full_disk_is_a_sentence(name: str) -> None:
    with Path("/dev/full").open("wb") as full, started(*NUMBERS[name], stdout=full) as process:
        assert process.stderr.read() == b"error: standard output cannot be written: no space left on device\n"
        assert process.wait() == 2
    done = started(*NUMBERS[name], "--output-file", "/dev/full")
    assert done.communicate() == (b"", b"error: --output-file: '/dev/full' cannot be written: no space left on device\n")
    assert done.returncode == 2


@posix
@pytest.mark.parametrize("name", NUMBERS)
def test_streams_that_are_closed_end_in_a_sentence(name: str) -> None:
    line = f"{shlex.join([sys.executable, '-m', 'lstm_calc', *NUMBERS[name]])} <&- >&-"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "error: there is no standard output to write to\n")
    done = subprocess.run(["/bin/sh", "-c", f"{line} 2>&-"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "")


SAID = {
    "no command": (2, "parms"),
    "no option": (2, "params", "--nonsense"),
    "no layer": (2, "params", "8 > lsm 4"),
    "one model cannot be read": (2, "check", "8 > lsm 4", "8 > lstm 4", "--max-params", "1M"),
    "one file cannot be read": (2, "inspect", "missing.pt", EXAMPLES["inspect"][1]),
    "nothing fits": (1, "solve", "8 > lstm ?", "--max-params", "1", "-q"),
    "rows without numbers": (0, "sweep", "8 > lstm 4 peephole", "--vary", "framework=textbook,keras"),
    "a warning": (0, "shapes", "32 > lstm 8", "-f", "keras", "--shape", "4x32x64"),
}
"""Calls that say something on standard error: the exit code and the arguments."""


@posix
@pytest.mark.parametrize("name", SAID)
def test_a_standard_error_that_cannot_be_written_changes_no_answer(name: str) -> None:
    code, *call = SAID[name]
    process = started(*call)
    out, error = process.communicate()
    assert (process.returncode, error != b"") == (code, True)
    for broken in ("2>&-", "2>/dev/full", "2>&- <&-"):
        line = f"{shlex.join([sys.executable, '-m', 'lstm_calc', *call])} {broken}"
        done = subprocess.run(["/bin/sh", "-c", line], stdout=subprocess.PIPE, check=False)
        assert (done.returncode, done.stdout) == (code, out), broken


@posix
@pytest.mark.parametrize("closed", ["<&-", "<&- 2>&-", ">&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_long_sweep_ends_in_order_whatever_is_closed(closed: str) -> None:
    line = f"{shlex.join([sys.executable, '-m', 'lstm_calc', 'sweep', '8 > lstm 4', '--vary', 'units=1:100000'])} {closed}"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", int("2>" not in closed))


def endless() -> int:
    """Fail as a function does that calls itself for ever."""
    return endless() + 1


def failing(error: BaseException) -> Any:
    """Return a function that raises an error."""

    def fail() -> int:
        raise error

    return fail


class Panic(BaseException):
    """What a library in Rust raises; it is no Exception."""


ERRORS = [KeyError("\x1b\n"), ValueError("v"), AssertionError(), StopIteration(), UnicodeError("\ud800"), Panic()]
FAILURES = {
    "MemoryError": lambda: bytes(2**62),
    "RecursionError": endless,
    "OSError": lambda: Path("/missing").read_bytes(),
    "EOFError": failing(EOFError()),
    "ExceptionGroup": failing(ExceptionGroup("g", [ValueError()])),
} | {type(error).__name__: failing(error) for error in ERRORS}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("command", all_commands())
def test_an_unexpected_failure_is_a_sentence_and_exits_with_70(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, failure: str
) -> None:
    broken = command_of(command).replace(run=FAILURES[failure])
    monkeypatch.setattr(f"lstm_calc.cli.commands.{command}.COMMAND", broken)
    monkeypatch.setattr(sys, "argv", ["lstm-calc", command])
    with pytest.raises(SystemExit) as caught:
        main()
    out, error = capsys.readouterr()
    sentence = error.strip()  # Typer writes an empty line where a file ends too early
    assert (caught.value.code, out, sentence[:7], sentence.isprintable()) == (70, "", "error: ", True)


def fresh(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run code before the program in a fresh interpreter; the program is asked for a framework that is not known."""
    run = f"import sys, typer; {code}; from lstm_calc.__main__ import program; program()"
    call = [sys.executable, *options, "-c", run, "params", "8 > lstm 4", "-f", "kers"]
    return subprocess.run(call, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sys.modules['typer'] = None", "lstm-calc failed, please report it: ModuleNotFoundError: import of typer halted"),
        ("sys.modules['lstm_calc.errors'] = None", ""),
        ("del typer.TyperException", "lstm-calc failed, please report it: AttributeError: module 'typer' has no attribute"),
        ("typer.Typer.command = lambda *_, **__: bytes(2**62)", "there is not enough memory for this"),
    ],
    ids=["a package is missing", "all that could be said is missing", "a Typer that is too old", "no memory"],
)
def test_a_program_that_cannot_even_start_exits_with_70(code: str, words: str) -> None:
    done = fresh(code)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (70, "", int(words != ""))
    assert done.stderr.startswith(f"error: {words}" if words else "")


def test_the_traceback_is_shown_in_development_mode() -> None:
    assert "Traceback (most recent call last):\n" in fresh("del typer.TyperException", "-X", "dev").stderr


@pytest.mark.parametrize("words", ["--help", "params --help", "params -i 1 -u 1 -q", "nonsense"])
def test_a_process_that_calls_main_keeps_its_garbage_collector(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["lstm-calc", *words.split()])
    usual, frozen = gc.get_threshold(), gc.get_freeze_count()
    gc.set_threshold(701, 11, 12)
    try:
        with pytest.raises(SystemExit):
            main()
        assert (gc.get_threshold(), gc.get_freeze_count()) == ((701, 11, 12), frozen)
    finally:
        gc.set_threshold(*usual)


HELPS = """
from typer.testing import CliRunner
from lstm_calc.cli import app
from lstm_calc.cli.commands import all_commands
for words in [["--help"], *([name, "--help"] for name in all_commands()), ["params", "8 > lstm 4"]]:
    print(CliRunner().invoke(app, words, catch_exceptions=False).output)
for words in ("", "pa", "params --bi"):
    variables = {"_LSTM_CALC_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": f"lstm-calc {words}"}
    print(CliRunner().invoke(app, [], env=variables, prog_name="lstm-calc").output)
"""


def test_python_without_docstrings_describes_everything() -> None:
    plain, optimized = (
        subprocess.run([sys.executable, *options, "-c", HELPS], capture_output=True, text=True, check=True).stdout
        for options in ([], ["-OO"])
    )
    assert "Count the parameters of a model, gate by gate." in plain
    assert optimized == plain


ZIPPED = [
    ("--help",),
    ("schema",),
    ("schema", "frameworks"),
    ("params", "8 > lstm 4", "-f", "keras"),
    ("report", "8 > lstm 4", "--format", "html"),
    ("inspect", str(Path(__file__).parent / "data" / "checkpoints" / "bilstm.pt")),
    ("tensors", "8 > lstm 4", "-f", "kers"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package as one file that Python runs."""
    folder = tmp_path_factory.mktemp("zipapp")
    shutil.copytree(Path(lstm_calc.__file__).parent, folder / "in" / "lstm_calc", ignore=shutil.ignore_patterns("__pycache__"))
    zipapp.create_archive(folder / "in", folder / "lstm-calc.pyz", main="lstm_calc.__main__:main")
    return folder / "lstm-calc.pyz"


@pytest.mark.parametrize("call", ZIPPED)
def test_a_zipapp_answers_as_the_package_does(archive: Path, call: tuple[str, ...]) -> None:
    zipped, installed = (
        subprocess.run([sys.executable, *start, *call], capture_output=True, text=True, check=False)
        for start in ([archive], ["-m", "lstm_calc"])
    )
    assert (zipped.returncode, zipped.stdout, zipped.stderr) == (installed.returncode, installed.stdout, installed.stderr)
    assert zipped.returncode == (2 if "kers" in call else 0)


def test_the_version_of_what_is_not_installed_is_not_known(monkeypatch: pytest.MonkeyPatch, cli: Cli) -> None:
    monkeypatch.setattr("importlib.metadata.distributions", lambda **_: iter(()))
    result = cli("--version")
    assert (result.exit_code, result.stdout.startswith("lstm-calc (not installed) (")) == (0, True)


def test_completion_for_no_shell_is_a_wrong_request() -> None:
    done = started("--show-completion", env=os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"})
    assert done.communicate()[0] == b""
    assert done.returncode == 2


@contextmanager
def read_only_folder(*names: str) -> Iterator[Path]:
    """Give a folder that has old files and takes no new ones; to root all are open, who becomes somebody else meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            (Path(folder) / name).write_text("old")
        Path(folder).chmod(0o555)
        user = os.geteuid()
        os.seteuid(user or 65534)
        try:
            yield Path(folder)
        finally:
            os.seteuid(user)
            Path(folder).chmod(0o755)


@posix
@pytest.mark.parametrize("name", ["answer", "new"])
def test_a_folder_that_is_read_only_keeps_what_it_has(cli: Cli, name: str) -> None:
    assert cli(*EXAMPLES["params"]).exit_code == 0, "imports all that it needs, as long as the user may read it"
    with read_only_folder("answer") as folder:
        result = cli(*EXAMPLES["params"], "--output-file", str(folder / name))
        assert (result.exit_code, result.stdout) == (2, "")
        assert "cannot be written: permission denied" in result.stderr
        assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("answer", "old")]


@posix
@pytest.mark.parametrize(("stop", "code"), [("SIGKILL", -9), ("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_write_that_is_stopped_leaves_the_old_file(tmp_path: Path, stop: str, code: int) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("old")
    with started(*SWEEP, "--output-file", str(path)) as process:
        until(lambda: any(other != path and other.stat().st_size for other in tmp_path.iterdir()))
        process.send_signal(getattr(signal, stop))
        assert (process.wait(timeout=10), process.stderr.read()) == (code, b"")
    assert path.read_text() == "old"
    assert stop == "SIGKILL" or list(tmp_path.iterdir()) == [path]


def test_two_who_write_the_same_file_leave_one_of_their_answers(tmp_path: Path) -> None:
    answers = {("params", f"8 > lstm {units} x600", "--format", "json"): tmp_path / f"{units}.json" for units in (8, 16)}
    for file in ("whole", "shared"):
        names = {call: path if file == "whole" else tmp_path / "shared.json" for call, path in answers.items()}
        processes = [started(*call, "--output-file", str(path)) for call, path in names.items()]
        assert [process.communicate() for process in processes] == [(b"", b"")] * 2
    assert (tmp_path / "shared.json").read_bytes() in {path.read_bytes() for path in answers.values()}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["16.json", "8.json", "shared.json"]


@pytest.mark.parametrize(
    ("before", "elsewhere", "kept"),
    [(signal.SIG_DFL, False, False), (signal.SIG_IGN, False, True), (signal.SIG_DFL, True, True)],
    ids=["ours", "handled by others", "another thread"],
)
def test_signals_are_ours_only_while_we_write_and_nobody_else_has_them(
    tmp_path: Path, before: signal.Handlers, elsewhere: bool, kept: bool
) -> None:
    def parts() -> Iterator[bytes]:
        yield str(signal.getsignal(signal.SIGTERM) is before).encode()

    path = tmp_path / "answer"
    original = signal.signal(signal.SIGTERM, before)
    try:
        if elsewhere:
            with ThreadPoolExecutor() as pool:
                pool.submit(write_file, "--save", str(path), parts()).result()
        else:
            write_file("--save", str(path), parts())
        assert (path.read_text(), signal.getsignal(signal.SIGTERM)) == (str(kept), before)
    finally:
        signal.signal(signal.SIGTERM, original)


def until(condition: Any, seconds: float = 10.0) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


@posix
def test_an_interrupt_while_the_program_starts_is_quiet() -> None:
    start = "import signal, sys; sys.argv[1:] = ['params', '8 > lstm 4']\n"
    early = "class Hook:\n    def find_spec(self, name, *_):\n        if name == 'typer': signal.raise_signal(signal.SIGINT)\n"
    run = "sys.meta_path.insert(0, Hook())\nfrom lstm_calc.__main__ import main\nmain()\n"
    done = subprocess.run([sys.executable, "-c", start + early + run], capture_output=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 130)


INTERRUPTED = {
    "a sweep that is written": SWEEP,
    "a sweep that is sorted": (*SWEEP, "--sort", "params", "--top", "3"),
    "standard input that is waited for": ("params", "-"),
}


@posix
@pytest.mark.parametrize("name", INTERRUPTED)
def test_an_interrupt_is_quiet_and_exits_with_130(name: str) -> None:
    call = INTERRUPTED[name]
    with started(*call, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        time.sleep(1.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
        assert b"Traceback" not in process.stderr.read()


ENCODINGS = {
    "ascii": {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "cp437": {"PYTHONIOENCODING": "cp437"},
    "the C locale": {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
}


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1"])
@pytest.mark.parametrize("name", NUMBERS)
def test_every_encoding_gets_what_it_can_show(monkeypatch: pytest.MonkeyPatch, name: str, encoding: str) -> None:
    ours, known = (printed(monkeypatch, EXAMPLES[name], each) for each in (encoding, "utf-8"))
    assert ours.count("?") == known.count("?")
    assert list(filter(str.isdigit, ours)) == list(filter(str.isdigit, known))


def printed(monkeypatch: pytest.MonkeyPatch, call: list[str], encoding: str) -> str:
    """Return what the program writes to a standard output of an encoding."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    assert app(call, standalone_mode=False) in {0, 1}
    return stream.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "call", [("--help",), ("--version",), ("solve", "--help"), EXAMPLES["explain"], EXAMPLES["diagram"]], ids=" ".join
)
def test_every_locale_gets_an_answer(call: tuple[str, ...], encoding: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in {"LC_ALL", "PYTHONUTF8"}}
    with started(*call, env=environment | ENCODINGS[encoding]) as process:
        out, error = process.communicate()
    assert (error, process.returncode) == (b"", 0)
    assert len(out) > 20


def test_a_code_page_shows_the_errors_too() -> None:
    process = started("params", "8 > lst\u00e4m \u65e5\u672c 4", env=os.environ | {"PYTHONIOENCODING": "cp1252"})
    out, error = process.communicate()
    assert (out, process.returncode) == (b"", 2)
    assert "is not a layer" in error.decode("cp1252")
    assert "lst\u00e4m" in error.decode("cp1252")


@pytest.mark.parametrize("name", NUMBERS)
def test_nothing_asks_the_network(cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    import socket

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    for function in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, function, refuse)
    assert cli(*NUMBERS[name]).exit_code in {0, 1}


LAYERS = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 1_000
_SECONDS = LAYERS / 500
ONE_OF_EACH = {
    "params": ("params", "{}"),
    "tensors": ("tensors", "{}", "-f", "keras"),
    "shapes": ("shapes", "{}", "-f", "keras"),
    "explain": ("explain", "{}"),
    "compare": ("compare", "{}", "{}"),
    "diagram": ("diagram", "{}"),
    "cost": ("cost", "{}", "--training"),
    "check": ("check", "{}", "--max-macs", "1k"),
    "solve": ("solve", "{}", "--max-params", "{budget}"),
    "sweep": ("sweep", "{}", "--vary", f"units=1,{10**100}"),
    "port": ("port", "{}", "--from", "keras", "--to", "pytorch"),
}


MEASURED = """
import atexit, pathlib, resource, sys
from lstm_calc.__main__ import main

@atexit.register
def tell():
    used = resource.getrusage(resource.RUSAGE_SELF)
    memory = pathlib.Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    print(used.ru_utime + used.ru_stime, memory, file=sys.stderr)

main()
"""
"""The program, which tells its seconds of work and its own most KiB; getrusage would tell those of what it was forked from."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read as Linux tells it")
@pytest.mark.parametrize(
    ("size", "budget"),
    [(f"8 > lstm 8 x{LAYERS}", 10**20), (f"{10**100} > bilstm {10**100} > dense {10**100}", 10**200)],
    ids=["long", "wide"],
)
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_the_longest_and_the_widest_model_are_answered(name: str, size: str, budget: int) -> None:
    call = [sys.executable, "-c", MEASURED, *(word.format(size, budget=budget) for word in ONE_OF_EACH[name])]
    done = subprocess.run(call, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    seconds, memory = done.stderr.split()
    assert float(seconds) < _SECONDS
    assert int(memory) < (300, 450)[name == "port"] * 2**10
