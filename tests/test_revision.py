"""A model file at a revision of a repository that is somebody else's: nothing in it is run, fetched or read without bounds."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lstm_calc.cli import revision

if TYPE_CHECKING:
    from tests.conftest import Cli

MODEL = 'input_dim = 8\n[[layers]]\ntype = "lstm"\nunits = 4\n'
NAME = "model.toml"
posix = pytest.mark.skipif(os.name != "posix", reason="the commands that must not run are those of a POSIX shell")


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)  # noqa: S607  the one on the path
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a work tree with one commit of a model file, as the current directory."""
    for person in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{person}_NAME", "a")
        monkeypatch.setenv(f"GIT_{person}_EMAIL", "a@b")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    git("init", "-q")
    Path(NAME).write_text(MODEL)
    git("add", ".")
    git("commit", "-qm", "a model")
    return tmp_path / "work"


def object_file(name: str) -> Path:
    return Path(".git", "objects", name[:2], name[2:])


def forget_the_blob() -> None:
    """Delete the object of the model file, as if the clone were a partial one."""
    object_file(git("rev-parse", f"HEAD:{NAME}")).unlink()


PARTIAL = {"core.repositoryFormatVersion": "1", "extensions.partialClone": "o", "remote.o.promisor": "true"}
FETCHES = {
    "ssh": {"remote.o.url": "ssh://nowhere.invalid/x", "core.sshCommand": "{run}"},
    "a program at the other end": {"remote.o.url": "../elsewhere", "remote.o.uploadpack": "{run}"},
    "a proxy": {"remote.o.url": "git://nowhere.invalid/x", "core.gitProxy": "{script}"},
    "a program as the transport": {"remote.o.url": "ext::{script} %S", "protocol.ext.allow": "always", "protocol.allow": "always"},
    "the network": {"remote.o.url": "http://127.0.0.1:1/x", "protocol.http.allow": "always"},
}
"""Settings by which git fetches an object that is missing; ``run`` is a command and ``script`` a program."""


@pytest.fixture
def trap(tmp_path: Path) -> dict[str, str]:
    """Return a program and a command that leave a file behind where they are run."""
    script = tmp_path / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch '{tmp_path}/sprung'\n")
    script.chmod(0o755)
    return {"script": str(script), "run": f"{script};false"}


def configure(settings: dict[str, str], trap: dict[str, str]) -> None:
    for key, value in settings.items():
        git("config", key, value.format(**trap))


@posix
@pytest.mark.parametrize("way", FETCHES)
def test_nothing_is_fetched_and_no_command_of_a_fetch_is_run(
    cli: Cli, repository: Path, trap: dict[str, str], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_the_blob()
    configure(PARTIAL | FETCHES[way], trap)
    for environment in (revision.NO_FETCH, {"GIT_ALLOW_PROTOCOL": "none"}):  # all that git before 2.45 heeds
        monkeypatch.setattr(revision, "NO_FETCH", environment)
        result = cli("compare", f"HEAD:{NAME}", NAME)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "can't be read from git: its object is not in this clone, and nothing is fetched" in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert not (repository.parent / "sprung").exists()


@posix
@pytest.mark.parametrize("way", [way for way in FETCHES if way != "the network"])
def test_git_itself_would_run_them(repository: Path, trap: dict[str, str], way: str) -> None:
    forget_the_blob()
    configure(PARTIAL | FETCHES[way], trap)
    subprocess.run(["git", "cat-file", "blob", f"HEAD:{NAME}"], capture_output=True, check=False, timeout=20)  # noqa: S607  the one on the path
    assert (repository.parent / "sprung").exists(), "a trap that springs nowhere would show nothing"


@posix
@pytest.mark.parametrize("text", [f":0:{NAME}", f"HEAD:{NAME}", f"HEAD^{{/a model}}:{NAME}", f"HEAD:./{NAME}"])
def test_monitors_filters_and_text_conversions_are_not_run(cli: Cli, repository: Path, trap: dict[str, str], text: str) -> None:
    keys = ("core.fsmonitor", "filter.x.smudge", "filter.x.clean", "filter.x.process", "diff.x.textconv", "diff.x.command")
    keys = (*keys, "core.pager", "pager.cat-file", "alias.cat-file", "diff.external", "core.editor", "gpg.program")
    configure(dict.fromkeys(keys, "{script}"), trap)
    git("config", "core.hooksPath", str(repository.parent / "hooks"))
    Path(".git", "info", "attributes").write_text("* filter=x diff=x\n")
    result = cli("compare", text, NAME, "--format", "csv")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1] == "lstm,lstm 4,208,lstm 4,208,0,0.000000,"
    assert not (repository.parent / "sprung").exists()


@posix
def test_git_itself_would_run_a_monitor(repository: Path, trap: dict[str, str]) -> None:
    configure({"core.fsmonitor": "{script}"}, trap)
    subprocess.run(["git", "cat-file", "blob", f":0:{NAME}"], capture_output=True, check=False)  # noqa: S607  the one on the path
    assert (repository.parent / "sprung").exists()


def stored(content: bytes, claimed: int) -> str:
    """Write a loose object whose header claims a size, and return its name."""
    data = b"blob %d\0" % claimed + content
    name = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    object_file(name).parent.mkdir(exist_ok=True)
    object_file(name).write_bytes(zlib.compress(data, 9))
    return name


@pytest.mark.slow
@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("claimed", [100 * 2**20, 100], ids=["honest", "lying"])
def test_an_object_is_read_no_further_than_a_model_file_can_be(cli: Cli, claimed: int) -> None:
    blob = stored(b" " * (100 * 2**20), claimed)
    git("update-index", "--add", "--cacheinfo", f"100644,{blob},large.toml")
    began = time.monotonic()
    result = cli("compare", ":0:large.toml", NAME)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "has more than 4 MiB, the most that is read from git" in result.stderr
    assert time.monotonic() - began < 10


@posix
def test_a_repository_that_keeps_git_waiting_is_left(cli: Cli, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revision, "SECONDS", 1)
    (repository / ".git" / "packed-refs").unlink(missing_ok=True)
    os.mkfifo(repository / ".git" / "packed-refs")
    began = time.monotonic()
    result = cli("compare", f"nothing:{NAME}", NAME)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "it gives no answer within 1 seconds" in result.stderr
    assert time.monotonic() - began < 10


def test_a_name_too_long_for_a_file_is_a_revision_that_is_missing(cli: Cli, repository: Path) -> None:
    assert repository.is_dir()
    result = cli("compare", f"{'a' * 300}:{NAME}", NAME)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "can't be read from git: invalid object name" in result.stderr


PROGRAM = "from torch import nn\nfrom sizes import WIDTH\nfrom nets.parts import UNITS\nmodel = nn.Linear(WIDTH, UNITS)\n"
"""A program whose sizes stand in two files beside it, of which one is in a package."""


@pytest.fixture
def program(repository: Path) -> Path:
    """Return the folder of a program that is committed with a width of 4 and 3 units, and has 5 and 7 now."""
    folder = repository / "src"
    (folder / "nets").mkdir(parents=True)
    (folder / "model.py").write_text(PROGRAM)
    for width, units in ((4, 3), (5, 7)):
        (folder / "sizes.py").write_text(f"WIDTH = {width}\n")
        (folder / "nets" / "parts.py").write_text(f"UNITS = {units}\n")
        if width == 4:
            git("add", ".")
            git("commit", "-qm", "a program")
    return folder


def totals(cli: Cli, *models: str) -> list[int]:
    answer = json.loads(cli("compare", *models, "--format", "json").stdout)
    return [each["total"] for each in answer["subjects"]]


@pytest.mark.parametrize("path", ["HEAD:src/model.py", "HEAD:./src/model.py", "HEAD^{/a program}:src/model.py:model"])
def test_what_code_imports_is_read_at_the_same_revision(cli: Cli, program: Path, path: str) -> None:
    assert totals(cli, path, "src/model.py") == [15, 42]
    (program / "sizes.py").unlink()
    assert totals(cli, path, "4 > dense 3") == [15, 15]


def test_what_code_imports_and_git_does_not_have_is_said(cli: Cli, program: Path) -> None:
    assert program.is_dir()
    object_file(git("rev-parse", "HEAD:src/sizes.py")).unlink()
    result = cli("compare", "HEAD:src/model.py", "4 > dense 3")
    note, asked, *_ = result.stderr.splitlines()
    assert note.startswith("note: HEAD:src/sizes.py is imported and not read: 'HEAD:src/sizes.py' can't be read from git: ")
    assert asked == "error: HEAD:src/model.py:2: WIDTH has no value in the code"


def test_the_index_has_no_folder_of_a_program(cli: Cli, program: Path) -> None:
    assert program.is_dir()
    result = cli("compare", ":0:src/model.py", "4 > dense 3")
    assert "note: nothing that is imported from :0:src/ is read: " in result.stderr
    assert "WIDTH has no value in the code" in result.stderr


@posix
def test_a_link_beside_code_leads_nowhere(cli: Cli, program: Path) -> None:
    (program / "sizes.py").unlink()
    (program / "sizes.py").symlink_to(program / "nets" / "parts.py")
    git("add", ".")
    git("commit", "-qm", "a link")
    assert "WIDTH has no value in the code" in cli("compare", "HEAD:src/model.py", "4 > dense 3").stderr


def test_a_file_of_hdf5_is_read_at_a_revision(cli: Cli, repository: Path) -> None:
    h5py = pytest.importorskip("h5py")
    layer = {"class_name": "Dense", "config": {"name": "d", "units": 3, "batch_input_shape": [None, 4]}}
    with h5py.File(repository / "m.h5", "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"name": "m", "layers": [layer]}})
    git("add", ".")
    git("commit", "-qm", "HDF5")
    (repository / "m.h5").unlink()
    assert totals(cli, "HEAD:m.h5", "4 > dense 3") == [15, 15]
