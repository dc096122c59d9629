"""Pickles: of PyTorch, NumPy and Paddle, in dicts, lists and objects."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lstm_calc.weights.readers.formats import Reader
from lstm_calc.weights.readers.stored import Checkpoint

if TYPE_CHECKING:
    from lstm_calc.weights.readers.formats import File

PROTOCOLS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_OLD = (b"(", b"]", b"}", b"c", b"l")
"""The opcodes that a pickle of protocol 0 or 1 begins with."""


def read_pickle(file: File) -> Checkpoint:
    """Return the tensors in a pickle."""
    from lstm_calc.weights.readers.pickled import parameters_of
    from lstm_calc.weights.readers.pickles import unpickled

    return Checkpoint(*parameters_of(unpickled(file.source()), file.allowance))


def _may_be_old(file: File) -> bool:
    return file.head.startswith(_OLD) and file.other in {"", "a text file"}


def _read_old(file: File) -> Checkpoint | None:
    """Return the tensors in a pickle of protocol 0 or 1, None where the file only begins like one."""
    from lstm_calc.weights.readers.pickles import NotAPickleError

    with suppress(NotAPickleError):
        return read_pickle(file)
    return None


READERS = (
    Reader(70, lambda file: file.head.startswith(PROTOCOLS), read_pickle, "pickles"),
    Reader(80, _may_be_old, _read_old),
)
