"""ONNX: a message of protocol buffers, which has no mark of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lstm_calc.weights.readers.formats import Reader, unread

if TYPE_CHECKING:
    from lstm_calc.weights.readers.formats import File
    from lstm_calc.weights.readers.stored import Checkpoint

_BEGINS = rb"\x08[\x01-\x7f]([\x12\x1a\"(2:Br\xa2\xca]|$)|\x12[\x00-\x7f][\x1a -~]|[:B]"
"""How a model begins: the version of its format and a field after that, the name of its producer, its graph or its operators."""


def _may_be_onnx(file: File) -> bool:
    return not file.other and re.match(_BEGINS, file.head) is not None


def _read(file: File) -> Checkpoint:
    """Return the tensors and the recurrent nodes of a model; raise CheckpointError where the message is none."""
    from lstm_calc.weights.readers.onnx_graph import read_onnx

    found = read_onnx(file.stream, file.size, file.allowance)
    if found is None:
        raise unread("a message of protocol buffers, but no ONNX model (Core ML, TensorFlow or another)")
    return found


READERS = (Reader(90, _may_be_onnx, _read, "ONNX"),)
