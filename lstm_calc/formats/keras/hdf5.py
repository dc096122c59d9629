"""The config inside an HDF5 file of Keras: an attribute of its root. Needs h5py; no data is read, no link is followed."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import FOR_WEIGHTS, ModelFileError, NotInstalledError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

FAULTS = (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError, MemoryError, UnicodeError)
"""What h5py raises for a file that is broken or cut short."""
MAX_CONFIG = 4 * 2**20
_MOST_MEMORY = 32 * 2**20


def config_of(stream: BinaryIO, file: str) -> bytes:
    """Return the config in an HDF5 file; raise ModelFileError where there is none that can be read.

    Raises NotInstalledError, with the pip line, where h5py is not there.
    """
    if not stream.seekable():
        raise ModelFileError("an HDF5 file cannot be read from a pipe; give its path", file)
    h5py = imported()
    try:
        with h5py.File(stream, "r") as opened:
            found = config_text(h5py, h5py.h5g.open(opened.id, b"/"))
    except FAULTS as error:
        raise ModelFileError(f"an HDF5 file that is broken or cut short: {why(error)}", file) from None
    if found is None:
        raise ModelFileError(f"an HDF5 file without the configuration of a model; {FOR_WEIGHTS}", file)
    return found.encode() if isinstance(found, str) else found


def imported() -> Any:
    """Return h5py; raise NotInstalledError, with the pip line, where it is not there."""
    try:
        import h5py
    except ModuleNotFoundError:
        raise NotInstalledError("an HDF5 file needs h5py, which is not installed; pip install 'lstm-calc[hdf5]'") from None
    return h5py


def why(error: Exception) -> str:
    """Return what h5py says of a file that it cannot read, in one line."""
    return (next(iter(str(error).splitlines()), "") or type(error).__name__)[:200]


def config_text(h5py: Any, root: Any) -> str | bytes | None:
    """Return the text of the config that Keras keeps as an attribute of the root, None where there is none of a model's length."""
    if not h5py.h5a.exists(root, b"model_config"):
        return None
    attribute = h5py.h5a.open(root, b"model_config")
    if attribute.get_space().get_simple_extent_npoints() != 1 or attribute.get_storage_size() > MAX_CONFIG:
        return None
    with _little_memory():
        text = h5py.Group(root).attrs["model_config"]
    return text if isinstance(text, (str, bytes)) else ""


@contextmanager
def _little_memory() -> Iterator[None]:
    """Let the process grow by 32 MiB at most, where the system can: HDF5 takes memory for a text as long as the file claims."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):
        yield
        return
    soft, hard = limits = resource.getrlimit(resource.RLIMIT_AS)
    most = pages * resource.getpagesize() + _MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most if soft == resource.RLIM_INFINITY else min(most, soft), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
