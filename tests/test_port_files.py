"""Weights moved from one safetensors file into another."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc import CheckpointError, WeightsError, read
from lstm_calc.errors import nearest
from tests.hostile import MEASURE
from tests.test_imports import loaded

np = pytest.importorskip("numpy", reason="NumPy is installed where weights are moved")
safetensors = pytest.importorskip("safetensors.numpy", reason="safetensors is installed where files are moved")

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Cli

MODEL = "3 > lstm 2"
PAIR = ("--from", "pytorch", "--to", "keras")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file, in a directory of its own, with the weights of the model in PyTorch."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(5)
    shapes = {"weight_ih_l0": (8, 3), "weight_hh_l0": (8, 2), "bias_ih_l0": (8,), "bias_hh_l0": (8,)}
    path = Path("in.safetensors")
    path.write_bytes(safetensors.save({name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}))
    return path


def ported(path: Path) -> dict[str, Any]:
    """Return the weights of a file as they are in Keras."""
    from lstm_calc import port

    return port(safetensors.load(path.read_bytes()), read(MODEL), source="pytorch", target="keras")


def content(tensors: dict[str, tuple[str, Any]]) -> bytes:
    """Return a safetensors file with some arrays, each called a kind of number."""
    entries, data = {}, b""
    for name, (kind, array) in tensors.items():
        entries[name] = {"dtype": kind, "shape": [*array.shape], "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    header = json.dumps(entries).encode()
    return struct.pack("<Q", len(header)) + header + data


def test_a_file_is_moved_and_the_plan_shown(cli: Cli, file: Path) -> None:
    expected, out = ported(file), Path("out.safetensors")
    result = cli("port", MODEL, *PAIR, "--weights", str(file), "--save", str(out))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == cli("port", MODEL, *PAIR).stdout
    written = safetensors.load(out.read_bytes())
    assert written.keys() == expected.keys()
    assert all(np.array_equal(written[name], array) for name, array in expected.items())
    assert {array.dtype for array in written.values()} == {np.dtype(np.float32)}
    assert sorted(Path().iterdir()) == [file, out]


def test_a_file_is_replaced_only_by_force(cli: Cli, file: Path) -> None:
    expected, out = ported(file), Path("out.safetensors")
    out.write_bytes(b"old")
    call = ("port", MODEL, *PAIR, "--weights", str(file), "--save", str(out))
    result = cli(*call)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: --save: 'out.safetensors' is there already; --force replaces it\n"
    assert out.read_bytes() == b"old"
    assert cli(*call, "--force").exit_code == 0
    assert all(np.array_equal(array, expected[name]) for name, array in safetensors.load(out.read_bytes()).items())


def test_weights_are_not_written_over_those_that_are_read(cli: Cli, file: Path) -> None:
    before = file.read_bytes()
    result = cli("port", MODEL, *PAIR, "--weights", str(file), "--save", str(file), "--force")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--save: 'in.safetensors' is another file of this call, which would be lost" in result.stderr
    assert file.read_bytes() == before


def test_the_answer_is_not_written_over_the_weights_that_are_saved(cli: Cli, file: Path) -> None:
    call = ("port", MODEL, *PAIR, "--weights", str(file), "--save", "out")
    result = cli(*call, "-o", "out")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--output-file: 'out' is another file of this call" in result.stderr
    assert safetensors.load(Path("out").read_bytes()).keys() == ported(file).keys()


def test_a_write_that_fails_leaves_the_old_file(cli: Cli, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    out = Path("out.safetensors")
    out.write_bytes(b"old")
    result = cli("port", MODEL, *PAIR, "--weights", str(file), "--save", str(out), "--force")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: --save: 'out.safetensors' cannot be written: no space left on device\n"
    assert out.read_bytes() == b"old"
    assert sorted(file.parent.iterdir()) == [file, out]


def test_a_part_of_a_checkpoint_is_moved_by_its_prefix(cli: Cli, file: Path) -> None:
    expected, out = ported(file), Path("out.safetensors")
    tensors = {f"model.lstm.{name}": ("F32", array) for name, array in safetensors.load(file.read_bytes()).items()}
    file.write_bytes(content(tensors | {"head.scale": ("F8_E4M3", np.zeros(1, np.int8))}))
    call = ("port", MODEL, *PAIR, "--weights", str(file), "--save", str(out))
    assert cli(*call, "--prefix", "model.lstm.").exit_code == 0
    assert all(np.array_equal(array, expected[name]) for name, array in safetensors.load(out.read_bytes()).items())
    missed = cli(*call, "--prefix", "model.ltsm.", "--force")
    assert missed.exit_code == 2
    assert missed.stderr == (
        "error: no tensor begins with 'model.ltsm.'; those of the model begin with 'model.lstm.' here: give that as the prefix\n"
    )


def test_numbers_of_sixteen_bits_that_numpy_lacks_become_wider(cli: Cli, file: Path) -> None:
    arrays = safetensors.load(file.read_bytes())
    file.write_bytes(content({name: ("BF16", (array.view("<u4") >> 16).astype("<u2")) for name, array in arrays.items()}))
    cut = {name: (array.view(np.uint32) & 0xFFFF0000).view(np.float32) for name, array in arrays.items()}
    from lstm_calc import port

    assert cli("port", MODEL, *PAIR, "--weights", str(file), "--save", "out").exit_code == 0
    written = safetensors.load(Path("out").read_bytes())
    expected = port(cut, read(MODEL), source="pytorch", target="keras")
    assert all(array.dtype == np.float32 and np.array_equal(array, expected[name]) for name, array in written.items())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "in.safetensors: is not a safetensors file"),
        (b"GGUF" * 9, "in.safetensors: is not a safetensors file"),
        (content({"a": ("F32", np.zeros(1, "f4"))})[:-1], "and the tensor 'a' at byte 73: cut short"),
        (
            content({"a": ("F8_E4M3", np.zeros(1, np.int8))}),
            "'in.safetensors' holds F8_E4M3, which NumPy does not have; save it as F32 first",
        ),
        (content({"a": ("BF16", np.zeros(1, "i2"))}), "pytorch has no tensor 'a' for this model"),
        (content({"a": ("F32", np.zeros(1, "f4"))}), "pytorch has no tensor 'a' for this model"),
        (None, "in.safetensors: cannot be read: no such file or directory"),
    ],
)
def test_a_file_that_is_no_good_is_told_in_a_sentence(cli: Cli, file: Path, content: bytes | None, message: str) -> None:
    file.unlink() if content is None else file.write_bytes(content)
    result = cli("port", MODEL, *PAIR, "--weights", str(file), "--save", str(file.with_name("out")))
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not file.with_name("out").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--weights", "a"), "--weights and --save go together: the file that is read and the one that is written"),
        (("--save", "a"), "--weights and --save go together"),
        (("--force",), "--force is for --weights and --save, which are not there"),
        (("--prefix", "lstm."), "--prefix is for --weights and --save, which are not there"),
        (("--weights", "a", "--save", "-"), "--save: weights are written to a file, not to '-'"),
        (("--weights", "a", "--save", "b.npz"), "--save: 'b.npz' has another ending than what is written; give .safetensors"),
        (("--code", "--format", "json"), "--code prints Python; leave out --format"),
        (("--weights", "", "--save", "nowhere"), ": is a folder, not a file of weights"),
        (("--weights", "\0", "--save", "nowhere"), r"\x00: cannot be read: ValueError"),
    ],
)
def test_options_that_do_not_go_together_are_refused(cli: Cli, options: tuple[str, ...], message: str) -> None:
    result = cli("port", MODEL, *PAIR, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_the_code_and_the_file_come_together(cli: Cli, file: Path) -> None:
    out = Path("out.safetensors")
    result = cli("port", MODEL, *PAIR, "--weights", str(file), "--save", str(out), "--code")
    scope: dict[str, Any] = {}
    exec(result.stdout, scope)  # noqa: S102  that it runs is what is tested
    by_code = scope["port"](safetensors.load(file.read_bytes()))
    assert all(np.array_equal(by_code[name], array) for name, array in safetensors.load(out.read_bytes()).items())


def test_without_the_package_the_cure_is_named(cli: Cli, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    monkeypatch.delitem(sys.modules, "lstm_calc.weights.safetensors_file", raising=False)
    result = cli("port", MODEL, *PAIR, "--weights", str(file), "--save", str(file.with_name("out")))
    assert result.exit_code == 2
    assert result.stderr == "error: safetensors files need two packages; pip install 'lstm-calc[safetensors]'\n"


def test_the_package_is_loaded_only_for_files() -> None:
    assert "safetensors" not in loaded("import lstm_calc; lstm_calc.port")


def test_the_arrays_of_a_file_are_a_mapping(file: Path) -> None:
    from lstm_calc.weights.safetensors_file import read_weights

    weights = read_weights(str(file))
    assert len(weights) == len(list(weights)) == 4
    assert {name: array.shape for name, array in weights.items()}["weight_hh_l0"] == (8, 2)


@pytest.mark.parametrize(
    ("path", "why"),
    [("missing", "missing: cannot be read: no such file or directory"), ("a\0b", "a\\x00b: cannot be read: ValueError")],
)
def test_what_cannot_be_read_is_told_in_a_sentence(path: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lstm_calc.weights.safetensors_file import read_weights

    monkeypatch.chdir(tmp_path)
    with pytest.raises(CheckpointError) as refused:
        read_weights(path)
    assert str(refused.value) == why


def test_every_kind_of_number_that_numpy_has_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lstm_calc.weights.safetensors_file import read_weights

    kinds = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I8": "i1", "I16": "<i2", "I32": "<i4", "I64": "<i8"}
    kinds |= {"U8": "u1", "U16": "<u2", "U32": "<u4", "U64": "<u8"}
    arrays = {kind: (kind, np.array([[1, 2, 0]], dtype)) for kind, dtype in kinds.items()}
    stored = arrays | {"BF16": ("BF16", np.array([0x3F80, 0xC000], "<u2")), "F8": ("F8_E4M3", np.zeros(2, "u1"))}
    monkeypatch.chdir(tmp_path)
    Path("kinds").write_bytes(content(stored))
    found = read_weights("kinds")
    assert (set(found), len(found)) == (set(stored), 13)
    assert {kind: (np.asarray(found[kind]).tolist(), np.asarray(found[kind]).dtype.str[1:]) for kind in kinds} == {
        kind: ([[1, 2, 0]], np.dtype(dtype).str[1:]) for kind, dtype in kinds.items()
    }
    wide = np.asarray(found["BF16"])
    assert (wide.tolist(), wide.dtype) == ([1.0, -2.0], np.float32)
    with pytest.raises(WeightsError) as refused:
        found["F8"]
    assert str(refused.value) == "'kinds' holds F8_E4M3, which NumPy does not have; save it as F32 first"


def sparse(path: Path) -> None:
    """Write a file of 5 GB that takes no space, whose one tensor has the name and not the shape that the model wants."""
    text = json.dumps({"weight_ih_l0": {"dtype": "F32", "shape": [1250, 1_000_000], "data_offsets": [0, 5 * 10**9]}}).encode()
    with path.open("wb") as stream:
        stream.write(struct.pack("<Q", len(text)) + text)
        stream.truncate(8 + len(text) + 5 * 10**9)


def many(pattern: str) -> Callable[[Path], object]:
    """Return what writes 9,000 tensors whose names differ in a number."""
    return lambda path: path.write_bytes(safetensors.save({pattern.format(at): np.zeros(1) for at in range(9_000)}))


def zeros(path: Path) -> None:
    """Write 5 GB of zeros that take no space."""
    with path.open("wb") as stream:
        stream.truncate(5 * 10**9)


NO_WEIGHTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a device": (lambda path: path.symlink_to("/dev/zero"), "in.safetensors: is not a regular file"),
    "a pipe": (os.mkfifo, "in.safetensors: is not a regular file"),
    "a sparse file": (sparse, "has the shape (1250, 1000000), and the model wants (8, 3)"),
    "zeros": (zeros, "in.safetensors: is not a safetensors file"),
    "many names": (many("encoder.layers.{}.self_attn.q_proj.weight"), "pytorch has no tensor 'encoder.layers."),
    "long names": (many("weight_ih_l0_{:06}" + "0123456789" * 9), "pytorch has no tensor 'weight_ih_l0_"),
}


@pytest.mark.spread(1)
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("name", NO_WEIGHTS)
def test_what_is_no_weights_of_the_model_costs_little(file: Path, name: str) -> None:
    make, words = NO_WEIGHTS[name]
    file.unlink()
    make(file)
    call = [sys.executable, "-c", MEASURE, "port", MODEL, *PAIR, "--weights", str(file), "--save", "out"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=60)
    sentence, last = done.stderr.splitlines()
    seconds, memory = map(float, last.split())
    assert (done.returncode, words in sentence) == (2, True)
    assert memory < 200
    assert seconds < 4


def test_the_nearest_of_very_many_names() -> None:
    many = [f"encoder.layers.{at}.self_attn.q_proj.weight" for at in range(9_000)]
    started = time.process_time()
    assert nearest("encoder.layers.8999.self_attn.q_porj.weight", many) == many[8999]
    assert nearest("ab" * 5_000, ["ba" * 5_000]) is None
    assert time.process_time() - started < 3
