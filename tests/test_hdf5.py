"""Files of HDF5 and Keras' archives, made by h5py here: what is read of them, what is not followed, and what is refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc.checkpoint import read
from lstm_calc.checkpoint.allowance import MOST
from lstm_calc.checkpoint.hdf5 import layer_classes, parsed_config
from lstm_calc.errors import CheckpointError
from lstm_calc.questions.inspect import inspect_file
from tests.handmade import zipped
from tests.hostile import configured, hdf5, of_no_size
from tests.test_checkpoint import refusal

if TYPE_CHECKING:
    from pathlib import Path

np = pytest.importorskip("numpy", reason="h5py brings NumPy along")
h5py = pytest.importorskip("h5py", reason="HDF5 needs h5py, which is in the extra hdf5")

CONFIG = {
    "class_name": "Sequential",
    "config": {
        "layers": [{"class_name": name, "config": {"name": own}} for name, own in (("LSTM", "memory"), ("Dense", "head"))],
    },
}
LSTM = {"kernel:0": (6, 36), "recurrent_kernel:0": (9, 36), "bias:0": (36,)}


def written(path: Path, tensors: dict[str, tuple[int, ...]], **attributes: Any) -> Path:
    """Write an HDF5 file of zeros, and return where it is."""
    with h5py.File(path, "w") as file:
        file.attrs.update(attributes)
        for name, shape in tensors.items():
            file.create_dataset(name, shape, "f4")
    return path


def vars_of(path: str, *shapes: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    return {f"{path}/vars/{at}": shape for at, shape in enumerate(shapes)}


def test_a_model_of_keras_has_its_layers_by_name(tmp_path: Path) -> None:
    tensors = {f"model_weights/memory/memory/lstm_cell/{name}": shape for name, shape in LSTM.items()}
    path = written(tmp_path / "a.h5", tensors | {"model_weights/head/head/kernel:0": (9, 2)}, model_config=json.dumps(CONFIG))
    file = inspect_file(str(path))
    assert file.format == "keras-hdf5"
    assert [(each.name, each.input_dim, each.units, each.params) for each in file.layers] == [("memory", 6, 9, 576)]
    assert (file.params, file.kinds) == (594, {"dense": 18})
    assert read(str(path)).classes == {"memory": "LSTM", "head": "Dense"}


@pytest.mark.parametrize(
    ("name", "attributes", "form"),
    [
        ("kernel", {}, "hdf5"),
        ("kernel", {"keras_version": "2.15"}, "keras-hdf5"),
        ("kernel", {"layer_names": ["a"]}, "keras-hdf5"),
        ("layers/lstm/vars/0", {}, "keras-hdf5"),
    ],
)
def test_what_keras_wrote_is_told_from_other_files(tmp_path: Path, name: str, attributes: dict[str, Any], form: str) -> None:
    checkpoint = read(str(written(tmp_path / "a.h5", {name: (3, 4)}, **attributes)))
    assert (checkpoint.format, [(each.name, each.shape, each.dtype) for each in checkpoint.tensors]) == (
        form,
        [(name, (3, 4), "float32")],
    )


@pytest.mark.parametrize("compressed", [False, True])
def test_an_archive_of_keras_names_its_layers(tmp_path: Path, compressed: bool) -> None:
    tensors = vars_of("layers/lstm/cell", (6, 36), (9, 36), (36,)) | vars_of("layers/dense", (9, 2), (2,))
    weights = written(tmp_path / "w.h5", tensors).read_bytes()
    members = {"config.json": json.dumps(CONFIG).encode(), "model.weights.h5": weights, "metadata.json": b"{}"}
    path = tmp_path / "a.keras"
    path.write_bytes(zipped(members, compressed=compressed))
    file = inspect_file(str(path))
    assert (file.format, [(each.name, each.units) for each in file.layers], file.params) == ("keras", [("memory", 9)], 596)
    del members["config.json"]
    path.write_bytes(zipped(members, compressed=compressed))
    assert [each.name for each in inspect_file(str(path)).layers] == ["lstm"]


def test_an_archive_whose_weights_are_not_where_its_directory_says(tmp_path: Path) -> None:
    data = zipped({"model.weights.h5": written(tmp_path / "w.h5", {"w": (99,)}).read_bytes()})
    end = data.rindex(b"PK\x01\x02")
    longer = (len(data)).to_bytes(4, "little")
    claimed = data[: end + 20] + longer * 2 + data[end + 28 :]
    assert refusal(tmp_path / "a", claimed) in {
        f"ends at byte {len(data):,}, before its member 'model.weights.h5' does: cut short",
        "has a broken member 'model.weights.h5': overlapped entries: 'model.weights.h5' (possible zip bomb)",  # since 3.13
    }


def test_kinds_of_numbers(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for kind in ("f2", "f8", "i4", "u1", "S5"):
            file.create_dataset(kind, (2,), kind)
    assert {each.name: each.dtype for each in read(str(tmp_path / "a.h5")).tensors} == {
        "f2": "float16",
        "f8": "float64",
        "i4": "int32",
        "u1": "uint8",
        "S5": "other",
    }


def test_links_are_followed_inside_the_file_and_once(tmp_path: Path) -> None:
    written(tmp_path / "other.h5", {"secret": (7,)})
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["group/w"] = [[1.0, 2.0, 3.0]]
        file["out"] = h5py.ExternalLink("other.h5", "/secret")
        file["soft"] = h5py.SoftLink("/group/w")
        file["again"] = file["group/w"]
        file["group/around"] = file["/"]
        file["type"] = np.dtype("f4")
    checkpoint = read(str(tmp_path / "a.h5"))
    assert [each.name for each in checkpoint.tensors] == ["again", "group/w"]
    assert len({each.place for each in checkpoint.tensors}) == 1


@pytest.mark.parametrize("executable", ["", "/nowhere/python", "/bin/true"])
def test_where_no_process_can_be_started_the_file_is_read_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, executable: str
) -> None:
    path = written(tmp_path / "a.h5", {"w": (3, 4)}, model_config=json.dumps(CONFIG))
    expected = read(str(path))
    monkeypatch.setattr(sys, "executable", executable)
    assert read(str(path)) == expected


def test_the_limits_of_this_process_stay_as_they_are(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="limits are POSIX'")
    kinds = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
    before = [resource.getrlimit(kind) for kind in kinds]
    path = str(written(tmp_path / "a.h5", {"w": (3, 4)}, model_config=json.dumps(CONFIG)))
    with ThreadPoolExecutor(4) as pool:
        assert len({checkpoint.classes["memory"] for checkpoint in pool.map(read, [path] * 8)}) == 1
    assert [resource.getrlimit(kind) for kind in kinds] == before


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'")
def test_the_user_can_interrupt_a_file_that_has_no_end(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(hdf5(configured, of_no_size))
    started = time.monotonic()
    call = [sys.executable, "-m", "lstm_calc", "inspect", str(path)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        time.sleep(1.5)
        os.killpg(process.pid, signal.SIGINT)
        process.communicate()
    assert process.returncode in {130, -signal.SIGINT}
    assert time.monotonic() - started < 4


def test_more_links_than_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "a.h5", {"a": (1,), "b": (1,), "c": (1,)})
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setitem(MOST, "links", 2)
    with pytest.raises(CheckpointError, match="has more than 2 links, which is more than is read"):
        read(str(tmp_path / "a.h5"))
    monkeypatch.setitem(MOST, "links", 3)
    assert len(read(str(tmp_path / "a.h5")).tensors) == 3


def test_groups_nested_too_deeply(tmp_path: Path) -> None:
    data = written(tmp_path / "a.h5", {"g/" * 52 + "w": (1,)}).read_bytes()
    assert refusal(tmp_path / "b.h5", data) == "nests its groups more than 50 deep"


def test_a_file_that_is_cut_short(tmp_path: Path) -> None:
    whole = written(tmp_path / "a.h5", {"w": (500,)}).read_bytes()
    assert refusal(tmp_path / "b.h5", whole[:-100]).startswith("is an HDF5 file that is broken or cut short: ")


@pytest.mark.parametrize(
    ("config", "words"),
    [("{", "has a model configuration that is not JSON: "), ("[" * 60_000, "that is not JSON: 'nested too deeply'")],
)
def test_a_configuration_that_is_none(tmp_path: Path, config: str, words: str) -> None:
    data = written(tmp_path / "a.h5", {"w": (1,)}, model_config=config).read_bytes()
    assert words in refusal(tmp_path / "b.h5", data)


def test_a_configuration_of_several_texts_is_passed_over(tmp_path: Path) -> None:
    checkpoint = read(str(written(tmp_path / "a.h5", {"w": (1,)}, model_config=["{}", "{}"])))
    assert (checkpoint.format, checkpoint.classes) == ("hdf5", {})


def test_a_configuration_that_is_too_long() -> None:
    with pytest.raises(CheckpointError, match=r"has a configuration of 4,194,305 bytes; at most 4,194,304 are read"):
        parsed_config(" " * (4 * 2**20 + 1))


@pytest.mark.parametrize(
    ("config", "classes"),
    [
        ({"config": [{"class_name": "GRU", "config": {"name": "a"}}]}, {"a": "GRU"}),
        ({"config": {"layers": [3, {"class_name": "GRU"}, {"config": {"name": "a"}}, {"class_name": "GRU", "config": []}]}}, {}),
        ({"config": 3}, {}),
        ([], {}),
    ],
)
def test_classes_of_layers(config: Any, classes: dict[str, str]) -> None:
    assert layer_classes(config) == classes
