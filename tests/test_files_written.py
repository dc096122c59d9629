"""Files that are written: no input is replaced, nobody else's file is touched, modes are kept, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc.cli.output import write_file
from lstm_calc.errors import OutputError
from lstm_calc.inputs import noting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Cli

posix = pytest.mark.skipif(os.name != "posix", reason="links, modes and signals of POSIX")
MODEL = 'input_dim = 8\n[[layers]]\ntype = "lstm"\nunits = 4\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a model, weights and their index, as the current one."""
    monkeypatch.chdir(tmp_path)
    Path("model.toml").write_text(MODEL)
    Path("weights.safetensors").write_bytes(shard())
    Path("model.safetensors.index.json").write_text(json.dumps({"weight_map": {"weight_ih_l0": "weights.safetensors"}}))
    return tmp_path


def shard() -> bytes:
    header = json.dumps({"weight_ih_l0": {"dtype": "F32", "shape": [16, 8], "data_offsets": [0, 512]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(512)


CALLS: dict[str, tuple[str, tuple[str, ...]]] = {
    "params": ("model.toml", ("params", "model.toml")),
    "tensors": ("model.toml", ("tensors", "model.toml", "-f", "keras")),
    "compare": ("model.toml", ("compare", "8 > lstm 5", "model.toml")),
    "check": ("model.toml", ("check", "8 > lstm 4", "model.toml", "--max-params", "1k")),
    "report": ("model.toml", ("report", "model.toml", "--format", "html")),
    "solve": ("model.toml", ("solve", "model.toml", "--max-params", "1k")),
    "sweep": ("model.toml", ("sweep", "model.toml", "--vary", "units=1,2", "--format", "csv")),
    "port": ("model.toml", ("port", "model.toml", "--from", "keras", "--to", "pytorch", "--code")),
    "inspect": ("weights.safetensors", ("inspect", "weights.safetensors")),
    "inspect --as-model": ("weights.safetensors", ("inspect", "weights.safetensors", "--tensors", "--format", "json")),
    "an index": ("model.safetensors.index.json", ("inspect", "model.safetensors.index.json")),
    "a shard": ("weights.safetensors", ("inspect", "model.safetensors.index.json")),
}
"""For a call: the file that it reads and that is then named as the one to write."""
NAMES: dict[str, Callable[[Path], Any]] = {
    "itself": lambda _: None,
    "another path": lambda _: None,
    "a symbolic link": lambda path: Path("other").symlink_to(path.name),
    "a chain of links": lambda path: (Path("between").symlink_to(path.name), Path("other").symlink_to("between")),
    "a hard link": lambda path: Path("other").hardlink_to(path),
}


@pytest.mark.spread(20)
@posix
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("call", CALLS)
def test_no_input_is_replaced_under_any_name(cli: Cli, folder: Path, call: str, name: str) -> None:
    source, arguments = CALLS[call]
    before = (folder / source).read_bytes()
    NAMES[name](folder / source)
    out = {"itself": source, "another path": f"../{folder.name}/./{source}"}.get(name, "other")
    result = cli(*arguments, "-o", out)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"error: --output-file: '{out[:20]}" in result.stderr
    assert "is another file of this call, which would be lost; give another name" in result.stderr
    assert (folder / source).read_bytes() == before
    assert not [path for path in folder.iterdir() if path.suffix == ".tmp"]


def test_a_file_on_standard_input_is_an_input(folder: Path) -> None:
    with Path("model.toml").open("rb") as stream:
        call = [sys.executable, "-m", "lstm_calc", "params", "-", "-o", "model.toml"]
        done = subprocess.run(call, stdin=stream, capture_output=True, text=True, check=False, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is another file of this call" in done.stderr
    assert Path("model.toml").read_text() == MODEL


def test_an_input_of_an_earlier_call_may_be_replaced(cli: Cli, folder: Path) -> None:
    assert cli("params", "model.toml").exit_code == 0
    assert cli("params", "8 > lstm 4", "-q", "-o", str(folder / "model.toml")).exit_code == 0
    assert Path("model.toml").read_text() == "208\n"


@posix
def test_a_circle_of_links_is_refused(cli: Cli, folder: Path) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    for out in ("a", "b", "a/c"):
        result = cli("params", "8 > lstm 4", "-o", out)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"error: --output-file: '{out}' cannot be written: too many levels of symbolic links\n"
    assert (folder / "a").readlink() == Path("b")


@posix
def test_a_link_to_a_file_leads_to_it(cli: Cli, folder: Path) -> None:
    (folder / "link").symlink_to("target")
    for _ in ("new", "replaced"):
        assert cli("params", "8 > lstm 4", "-q", "-o", "link").exit_code == 0
        assert ((folder / "link").readlink(), (folder / "target").read_text()) == (Path("target"), "208\n")


@posix
def test_a_file_that_lies_where_a_temporary_one_might_is_left_alone(folder: Path) -> None:
    """The name of the temporary file was that of the process, known to all; two containers have equal ones."""
    victim = folder / "victim"
    victim.write_text("old")
    predicted = folder / f".lstm-calc-{os.getpid()}.tmp"
    predicted.symlink_to("victim")

    def parts() -> Iterator[bytes]:
        write_file("-o", str(folder / "out"), [b"inner"])
        yield b"outer"

    write_file("-o", str(folder / "out"), parts())
    assert (victim.read_text(), (folder / "out").read_text(), predicted.is_symlink()) == ("old", "outer", True)


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002, 0o000])
def test_a_new_file_follows_the_umask_and_a_replaced_one_keeps_its_mode(folder: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_file("-o", str(folder / "new"), [b"a"])
        assert stat.S_IMODE((folder / "new").stat().st_mode) == 0o666 & ~mask
        assert os.umask(mask) == mask
        for mode in (0o600, 0o640, 0o755, 0o2644):
            (folder / "new").chmod(mode)
            write_file("-o", str(folder / "new"), [b"b"])
            assert stat.S_IMODE((folder / "new").stat().st_mode) == mode
    finally:
        os.umask(before)


@posix
def test_what_is_not_written_yet_is_for_its_owner_alone(folder: Path) -> None:
    def parts() -> Iterator[bytes]:
        (beside,) = folder.glob(".lstm-calc-*")
        yield oct(stat.S_IMODE(beside.stat().st_mode)).encode()

    write_file("-o", str(folder / "out"), parts())
    assert (folder / "out").read_text() == "0o600"


STOPPED = """
import os, signal, sys
from lstm_calc.cli.output import write_file

def parts():
    yield b"half"
    for name in sys.argv[2:]:
        os.kill(os.getpid(), int(name))
    yield b"whole"

write_file("-o", sys.argv[1], parts())
"""
_NAMED = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTRAP", "SIGABRT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGTERM", "SIGVTALRM", "SIGPROF")
_NAMED = (*_NAMED, "SIGXCPU", "SIGIO", "SIGSYS")
ENDING = {name: int(getattr(signal, name)) for name in (*_NAMED, "SIGRTMIN", "SIGRTMAX") if hasattr(signal, name)}
"""The signals that end a process that says nothing else, and that it can catch."""


def _as_in_front() -> None:
    """Take the two signals that a shell makes the programs ignore which it runs in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)


def stopped(path: Path, *signals: int) -> subprocess.CompletedProcess[bytes]:
    call = [sys.executable, "-c", STOPPED, str(path), *map(str, signals)]
    return subprocess.run(
        call,
        capture_output=True,
        check=False,
        timeout=20,
        preexec_fn=_as_in_front,
    )


@pytest.mark.spread(4)
@posix
@pytest.mark.parametrize("name", ENDING)
def test_every_signal_that_can_be_caught_clears_the_temporary_file_away(folder: Path, name: str) -> None:
    (folder / "out").write_text("old")
    done = stopped(folder / "out", ENDING[name])
    assert (done.returncode, done.stderr) == (128 + ENDING[name], b"")
    assert ((folder / "out").read_text(), list(folder.glob(".lstm-calc-*"))) == ("old", [])


@posix
def test_further_signals_do_not_keep_it_from_that(folder: Path) -> None:
    done = stopped(folder / "out", *[signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGHUP] * 3)
    assert (done.returncode, done.stderr, list(folder.glob("*out*")), list(folder.glob(".lstm*"))) == (143, b"", [], [])


@posix
@pytest.mark.parametrize("name", ["SIGCHLD", "SIGWINCH", "SIGURG", "SIGCONT"])
def test_signals_that_end_nothing_still_do_not(folder: Path, name: str) -> None:
    assert stopped(folder / "out", getattr(signal, name)).returncode == 0
    assert (folder / "out").read_bytes() == b"halfwhole"


@posix
def test_a_pipe_behind_a_descriptor_is_written_to_as_it_is() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as stream:
        write_file("-o", f"/dev/fd/{writer}", [b"a", b"b"])
        os.close(writer)
        assert stream.read() == b"ab"


def test_a_file_is_written_once_in_a_call(folder: Path) -> None:
    with noting():
        write_file("--save", str(folder / "out"), [b"a"])
        with pytest.raises(OutputError, match=r"--plot: .* is another file of this call"):
            write_file("--plot", str(folder / "out"), [b"b"])
    assert (folder / "out").read_bytes() == b"a"
