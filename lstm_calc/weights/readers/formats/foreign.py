"""Files that hold no names and shapes that we read, told by their first bytes, so that a refusal can say what they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from lstm_calc.errors import CheckpointError
from lstm_calc.weights.readers.formats import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from lstm_calc.weights.readers.formats import File

_ORIGINAL = "inspect the file that it was made from"
_SAVED = "reads it, and numpy.savez saves the arrays"
_OF_TENSORFLOW = f"tf.train.load_checkpoint {_SAVED}"
_TO_ONNX = "tf2onnx makes an ONNX model of it"
_STARTS = (
    (b"GGUF", f"a GGUF file (llama.cpp); gguf.GGUFReader {_SAVED}"),
    (b"ggml", f"a GGML file; {_ORIGINAL}"),
    (b"lmgg", f"a GGML file; {_ORIGINAL}"),
    (b"tjgg", f"a GGML file; {_ORIGINAL}"),
    (b"\x12\x01\x00\x00\x00\x00\x00\x00", f"an MXNet parameter file; mxnet.nd.load {_SAVED}"),
    (b"model_checkpoint_path:", f"the list of a TensorFlow folder's checkpoints; for each, {_OF_TENSORFLOW}"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file itself; git lfs pull fetches it"),
    (b"\x1f\x8b", "gzip-compressed; unpack it first"),
    (b"BZh", "bzip2-compressed; unpack it first"),
    (b"\xfd7zXZ\x00", "xz-compressed; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed; unpack it first"),
    (b"\x04\x22\x4d\x18", "lz4-compressed; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet table"),
    (b"ARROW1", "an Arrow table"),
    (b"CDF\x01", "a NetCDF file"),
    (b"CDF\x02", "a NetCDF file"),
    (b"\x0e\x03\x13\x01", "an HDF4 file"),
    (b"MATLAB 5.0", f"a MATLAB file; scipy.io.loadmat {_SAVED}"),
    (b"<?xml", "an XML file (OpenVINO keeps its weights in the .bin beside it)"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
    (b"#!", "a script"),
    (b"#Parameter#", f"a DyNet text file; dynet.ParameterCollection.populate {_SAVED}"),
    (b"#LookupParameter#", f"a DyNet text file; dynet.ParameterCollection.populate {_SAVED}"),
    (b"lCRF", "a CRFsuite model"),
)
_INSIDE = (
    (4, b"TFL3", f"a TFLite model; {_TO_ONNX}"),
    (257, b"ustar", "a tar archive; unpack it first"),
)
_PATTERNS = (
    (rb"\x08.*serve", f"a TensorFlow SavedModel's graph; {_TO_ONNX}"),
    (
        rb"\n.*\x12(\x0bPlaceholder|\x05Const|\x0aVariableV2|\x0bVarHandleOp)",
        f"a TensorFlow graph; {_TO_ONNX}",
    ),
    (
        rb"([\x81-\x8f]|\xde..)[\xa1-\xbf][\w/. -]",
        f"a MessagePack file (Flax, spaCy); flax.serialization.msgpack_restore {_SAVED}",
    ),
    (
        rb"x[\x01\x5e\x9c\xda].{0,60}[\x00-\x08\x0e-\x1f\x80-\xff]",
        f"zlib-compressed, as joblib.dump does; joblib.load {_SAVED}",
    ),
    (rb"\]\x00\x00..\xff{8}", "LZMA-compressed; unpack it first"),
)
"""What the whole of the first bytes is like; MessagePack: a map whose first key is a short text."""
_BARE_NUMBERS = f"the numbers of a TensorFlow checkpoint, whose names and shapes are in the .index beside it; {_OF_TENSORFLOW}"
_TABLE_END = bytes.fromhex("57fb808b247547db")
_INNER = (".safetensors", ".pth", ".pt", ".h5", ".hdf5", ".keras", ".onnx", ".npz", ".pkl", ".ckpt")
"""Endings of files that may be read by themselves."""
_NO_FILE = "not a file of weights"
_FOLDERS = (
    ("saved_model.pb", f"a TensorFlow SavedModel folder, {_NO_FILE}; of its variables/variables, {_OF_TENSORFLOW}"),
    ("keras_metadata.pb", f"a TensorFlow SavedModel folder, {_NO_FILE}; of its variables/variables, {_OF_TENSORFLOW}"),
    ("_CHECKPOINT_METADATA", f"an Orbax checkpoint, {_NO_FILE}; orbax.checkpoint.PyTreeCheckpointer().restore {_SAVED}"),
    ("Manifest.json", f"a Core ML package, {_NO_FILE}; {_ORIGINAL}"),
    ("model.safetensors.index.json", f"a folder, {_NO_FILE}; its model.safetensors.index.json can be read"),
)


def file_words(head: bytes, tail: bytes) -> str:
    """Return, in words, what a file is, from its first bytes and its last eight; nothing where they do not say."""
    for start, words in _STARTS:
        if head.startswith(start):
            return words
    for at, mark, words in _INSIDE:
        if head[at : at + len(mark)] == mark:
            return words
    if tail == _TABLE_END:
        return f"a TensorFlow checkpoint's index; {_OF_TENSORFLOW}"
    return next((words for pattern, words in _PATTERNS if re.match(pattern, head, re.DOTALL)), "") or _text_words(head)


def _text_words(head: bytes) -> str:
    """Return, in words, what a text is, nothing where the file is none."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return ""
        text = head[: error.start].decode("utf-8")
    if not all(char.isprintable() or char in "\t\r\n\f\ufeff" for char in text):
        return ""
    return "JSON without a weight_map" if text.lstrip().startswith(("{", "[")) else "a text file"


def folder_words(path: Path) -> str:
    """Return, in words, what a folder is."""
    return next((words for name, words in _FOLDERS if (path / name).exists()), f"a folder, {_NO_FILE}")


def zip_words(names: tuple[str, ...]) -> str:
    """Return, in words, what a zip archive is, from its members."""
    marks = (
        ("[Content_Types].xml", "an office document"),
        ("META-INF/MANIFEST.MF", "a Java archive"),
        ("AndroidManifest.xml", "an Android package"),
        ("_stable_baselines3_version", "a Stable-Baselines3 archive; its policy.pth, unpacked, can be read"),
        ("parameter_list", "a Stable-Baselines archive; its member 'parameters', unpacked, is a NumPy archive that can be read"),
        ("saved_model.pb", "a zip archive of a TensorFlow SavedModel; unpack it first"),
        ("model_weights_config.json", "a program of torch.export; its state_dict, saved alone, can be read"),
        ("model.json", "TorchScript of before PyTorch 1.2; save it anew"),
        ("Manifest.json", f"a zip archive of a Core ML package; {_ORIGINAL}"),
        (".dist-info/METADATA", "a Python wheel"),
        (".tflite", f"a zip archive of a TFLite model; {_TO_ONNX}"),
        *((ending, f"a zip archive around a {ending} file; unpack that first") for ending in _INNER),
    )
    for mark, words in marks:
        if any(name == mark or name.endswith((f"/{mark}", mark)) for name in names):
            return words
    return "a zip archive without the weights of PyTorch, Keras or NumPy"


def _refuse_zip(file: File) -> NoReturn:
    raise CheckpointError(f"is {zip_words(file.archive.names)}")


def _has_bare_numbers(file: File) -> bool:
    """Say whether the name of a file says that it has numbers alone, whatever format they happen to look like."""
    return file.path.match("*.data-[0-9]*-of-[0-9]*")


def _refuse_bare_numbers(_: File) -> NoReturn:
    raise CheckpointError(f"is {_BARE_NUMBERS}")


READERS = (
    Reader(29, lambda file: file.is_zip, _refuse_zip),
    Reader(40, _has_bare_numbers, _refuse_bare_numbers),
)
