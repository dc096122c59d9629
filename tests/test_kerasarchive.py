"""Archives of Keras: the config in the zip, and zips that are not what they say."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest

from lstm_calc import LSTM, Model, load
from lstm_calc.errors import FOR_WEIGHTS, ModelFileError
from lstm_calc.formats.keras.files import config_in_archive

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = json.dumps({"class_name": "LSTM", "config": {"units": 4, "batch_input_shape": [None, 7, 3]}})


def archive(*members: tuple[str, bytes | str], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as zipped:
        for name, data in members:
            zipped.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_config_is_read_and_the_weights_are_not(tmp_path: Path, method: int) -> None:
    (tmp_path / "m.keras").write_bytes(
        archive(("metadata.json", "{}"), ("config.json", CONFIG), ("model.weights.h5", b"w" * 2**23), method=method)
    )
    assert load(str(tmp_path / "m.keras")) == Model([LSTM(4, return_sequences=False)], input_shape=(7, 3), framework="keras")


def patched(data: bytes, signature: bytes, offset: int, value: int, kind: str = "<H") -> bytes:
    """Return a zip with one number of its directory changed."""
    at = data.rindex(signature) + offset
    return data[:at] + struct.pack(kind, value) + data[at + struct.calcsize(kind) :]


GOOD = archive(("config.json", CONFIG))
NO_CONFIG = f"a zip without the config.json of a .keras archive; {FOR_WEIGHTS}"
DIRECTORY, END = b"PK\x01\x02", b"PK\x05\x06"
HOSTILE = {
    "truncated": (GOOD[:-30], "not a .keras archive that can be read: "),
    "cut in the directory": (GOOD[: GOOD.index(DIRECTORY) + 9], "not a .keras archive that can be read: "),
    "magic alone": (b"PK\x03\x04", "not a .keras archive that can be read: "),
    "encrypted": (patched(GOOD, DIRECTORY, 8, 1), "config.json in the archive is encrypted"),
    "too large": (patched(GOOD, DIRECTORY, 24, 2**31, "<I"), "config.json in the archive is too large for a model"),
    "another method": (
        archive(("config.json", CONFIG), method=zipfile.ZIP_LZMA),
        "config.json in the archive is compressed in a way that Keras does not use",
    ),
    "sum": (patched(GOOD, DIRECTORY, 16, 7, "<I"), "not a .keras archive that can be read: bad crc-32 for file 'config.json'"),
    "place": (patched(GOOD, DIRECTORY, 42, 2**31, "<I"), "not a .keras archive that can be read: "),
    "directory": (patched(GOOD, END, 12, 2**31, "<I"), "not a .keras archive that can be read: "),
    "no config": (archive(("a.json", CONFIG)), NO_CONFIG),
    "config in a folder": (archive(("a/config.json", CONFIG)), NO_CONFIG),
    "path of another system": (archive(("config.json", CONFIG), ("a\\b", "")), r"the archive holds a path that leaves it, 'a\\b'"),
    "no part that goes up": (archive(("a..b", "")), NO_CONFIG),
    "path up": (archive(("config.json", CONFIG), ("../x", "")), "the archive holds a path that leaves it, '../x'"),
    "path of the root": (archive(("config.json", CONFIG), ("/etc/x", "")), "the archive holds a path that leaves it, '/etc/x'"),
    "bomb": (
        archive(("config.json", b" " * 2**24), method=zipfile.ZIP_DEFLATED),
        "config.json in the archive is too large for a model",
    ),
    "not a config": (archive(("config.json", "[]")), "a model file is a table with 'layers'"),
    "not text": (archive(("config.json", b"\xff\xfe")), f"not UTF-8 text (byte 0); {FOR_WEIGHTS}"),
    "not JSON": (archive(("config.json", "{")), "not JSON: "),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    data, message = HOSTILE[name]
    path = tmp_path / "m.keras"
    path.write_bytes(data)
    with pytest.raises(ModelFileError) as caught:
        load(str(path))
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    rest = said.removeprefix(f"{path}: ")
    assert rest == message or (message.endswith(": ") and rest.startswith(message))
    assert "\n" not in said


def test_two_configs_are_one_too_many(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    with pytest.warns(UserWarning, match="Duplicate name"):
        path.write_bytes(archive(("config.json", CONFIG), ("config.json", CONFIG)))
    with pytest.raises(ModelFileError, match=r"a .keras archive has one config.json, and this one has 2$"):
        load(str(path))


def test_a_directory_of_any_size_takes_little_memory(tmp_path: Path) -> None:
    entry = GOOD[GOOD.index(DIRECTORY) : GOOD.index(END)]
    count, start = 2**24 // len(entry), GOOD.index(DIRECTORY)
    end = struct.pack("<4s4H2IH", END, 0, 0, 9, 9, count * len(entry), start, 0)
    path = tmp_path / "m.keras"
    path.write_bytes(GOOD[:start] + entry * count + end)
    tracemalloc.start()
    with pytest.raises(ModelFileError, match=r"a directory of [0-9,]+ bytes; at most 1,048,576 are read"):
        load(str(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 2**20


def test_every_cut_and_every_changed_byte_is_read_or_refused() -> None:
    data = archive(("metadata.json", "{}"), ("config.json", CONFIG), method=zipfile.ZIP_DEFLATED)
    for at in range(len(data)):
        for broken in (data[:at], data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]):
            try:
                said = config_in_archive(io.BytesIO(broken), "m.keras", 10_000).decode()
            except ModelFileError as error:
                said = str(error)
            assert said == CONFIG or said.startswith("m.keras: ")


def test_a_pipe_cannot_be_read_as_an_archive() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(ModelFileError) as caught:
        config_in_archive(Pipe(GOOD), "<stdin>", 10_000)
    assert str(caught.value) == "<stdin>: a .keras archive cannot be read from a pipe; give its path"


def test_a_fault_without_words_is_an_early_end() -> None:
    class Cut(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise EOFError

    with pytest.raises(ModelFileError) as caught:
        config_in_archive(Cut(GOOD), "m.keras", 10_000)
    assert str(caught.value) == "m.keras: not a .keras archive that can be read: it ends too early"


def test_the_largest_config_is_read_and_one_byte_more_is_not() -> None:
    assert config_in_archive(io.BytesIO(GOOD), "m.keras", len(CONFIG)) == CONFIG.encode()
    with pytest.raises(ModelFileError, match=r"^m.keras: config.json in the archive is too large for a model$"):
        config_in_archive(io.BytesIO(GOOD), "m.keras", len(CONFIG) - 1)
