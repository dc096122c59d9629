"""HDF5, by its metadata: Keras' weights and whole models, and any other file of datasets.

Needs h5py, which reads no data unless asked to; links that leave the file are not followed. The library behind it believes what a
file says: some make it loop for ever, ask for any memory, or crash. So it works in a process of its own (:mod:`.confined`).
"""

from __future__ import annotations

import io
import re
from typing import IO, TYPE_CHECKING, Any

from lstm_calc.errors import CheckpointError, NotInstalledError
from lstm_calc.weights.readers.formats import Reader
from lstm_calc.weights.readers.formats.keras import MAX_CONFIG, configured_layers, layer_classes, parsed_config
from lstm_calc.weights.readers.source import Allowance, Window
from lstm_calc.weights.readers.stored import Checkpoint, Stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lstm_calc.weights.readers.formats import File

_MARK = b"\x89HDF\r\n\x1a\n"
_DEEPEST = 50
_OF_KERAS = r"(_layer_checkpoint_dependencies|layers)[/\\]"
"""How the names in an archive of Keras begin; Keras on Windows parted them by backslashes."""


def _is_hdf5(file: File) -> bool:
    """Say whether HDF5's mark stands at the start, or at 512, 1024, 2048, ... as after a user's block."""
    at = 512
    while at < min(file.size, 2**20):
        if file.at(at, len(_MARK)) == _MARK:
            return True
        at *= 2
    return file.head.startswith(_MARK)


def read_hdf5(stream: IO[bytes], start: int, size: int, allowance: Allowance) -> Checkpoint:
    """Return the datasets of an HDF5 file, which is a stretch of a file, and, where Keras wrote it, its layers' classes.

    Raises NotInstalledError, with the pip line, where h5py is not there, CheckpointError where the file is broken.
    """
    held = _answered(stream, start, size, allowance)
    allowance.spend("names", len(held["tensors"]))
    tensors = tuple(Stored(name, tuple(shape), dtype, (address,)) for name, shape, dtype, address in held["tensors"])
    keras, config = held["keras"] or any(re.match(_OF_KERAS, tensor.name) for tensor in tensors), held["config"]
    return Checkpoint(
        "keras-hdf5" if keras else "hdf5", tensors, classes=layer_classes(config), configured=configured_layers(config)
    )


def config_of(stream: IO[bytes], size: int) -> Any:
    """Return the configuration in an HDF5 file, None where there is none; errors as for :func:`read_hdf5`."""
    return _answered(stream, 0, size, Allowance())["config"]


def _answered(stream: IO[bytes], start: int, size: int, allowance: Allowance) -> dict[str, Any]:
    """Return what a process of its own reads in an HDF5 file: plain values."""
    from importlib.util import find_spec

    from lstm_calc.weights.readers.confined import answer

    if find_spec("h5py") is None:
        raise NotInstalledError("an HDF5 file needs h5py, which is not installed; pip install 'lstm-calc[hdf5]'")
    held: dict[str, Any] | None = answer(f"{__name__}:reader", stream, start, size, allowance)
    if held is None:
        stream.seek(0, io.SEEK_END)  # a process that began to read has moved the place that both read from
        held = reader()(Window(stream, start, size))
    if "refusal" in held:
        raise CheckpointError(held["refusal"])
    return held


def reader() -> Callable[[Any], dict[str, Any]]:
    """Return the function that reads an HDF5 file here, once h5py is imported: what it holds, or a refusal, as plain values."""
    import h5py

    def read(stream: Any) -> dict[str, Any]:
        try:
            with h5py.File(stream, "r") as file:
                return _held(h5py, file)
        except CheckpointError as error:
            return {"refusal": str(error)}
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError, MemoryError, UnicodeError) as error:
            why = next(iter(str(error).splitlines()), "") or type(error).__name__
            return {"refusal": f"is an HDF5 file that is broken or cut short: {why[:200]}"}

    return read


def _held(h5py: Any, file: Any) -> dict[str, Any]:
    """Return the datasets of a file, the configuration of its model and whether it says that it is of Keras."""
    root = h5py.h5g.open(file.id, b"/")
    tensors = list(_datasets(h5py, root, Allowance()))
    config = _config(h5py, root)
    keras = config is not None or any(h5py.h5a.exists(root, name) for name in (b"layer_names", b"keras_version"))
    return {"tensors": tensors, "config": config, "keras": keras}


def _datasets(h5py: Any, root: Any, allowance: Allowance) -> Iterator[tuple[str, tuple[int, ...], str, int]]:
    """Yield the path, shape, dtype and address of every dataset below a group, by hard links only, each group once."""
    seen = {h5py.h5o.get_info(root).addr}
    left = [(root, "")]
    while left:
        group, path = left.pop()
        inner = []
        for name in group:
            allowance.spend("links")
            if path.count("/") > _DEEPEST:
                raise CheckpointError(f"nests its groups more than {_DEEPEST} deep")
            if group.links.get_info(name).type != h5py.h5l.TYPE_HARD:
                continue
            found = h5py.h5o.open(group, name)
            inside = f"{path}{name.decode('utf-8', 'replace')}"
            allowance.spend("bytes", len(inside))
            if isinstance(found, h5py.h5d.DatasetID):
                yield inside, *_described(h5py, found)
            elif isinstance(found, h5py.h5g.GroupID) and (address := h5py.h5o.get_info(found).addr) not in seen:
                seen.add(address)
                inner.append((found, f"{inside}/"))
        left += reversed(inner)


def _described(h5py: Any, dataset: Any) -> tuple[tuple[int, ...], str, int]:
    """Return the shape, dtype and address of a dataset."""
    kinds = {h5py.h5t.FLOAT: "float", h5py.h5t.INTEGER: "int"}
    held = dataset.get_type()
    bits, kind = held.get_size() * 8, held.get_class()
    sign = "u" if kind == h5py.h5t.INTEGER and held.get_sign() == h5py.h5t.SGN_NONE else ""
    dtype = f"{sign}{kinds[kind]}{bits}" if kind in kinds else "other"
    return tuple(int(size) for size in dataset.shape), dtype, int(h5py.h5o.get_info(dataset).addr)


def _config(h5py: Any, root: Any) -> Any:
    """Return the model's configuration that Keras keeps as an attribute of the root, None where there is none."""
    if not h5py.h5a.exists(root, b"model_config"):
        return None
    attribute = h5py.h5a.open(root, b"model_config")
    if attribute.get_space().get_simple_extent_npoints() != 1 or attribute.get_storage_size() > MAX_CONFIG:
        return None
    text = h5py.Group(root).attrs["model_config"]
    return parsed_config(text if isinstance(text, (str, bytes)) else "")


READERS = (Reader(10, _is_hdf5, lambda file: read_hdf5(file.stream, 0, file.size, file.allowance), "HDF5"),)
