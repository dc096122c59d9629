"""Names of tensors with their shapes, as programs print them: ``named_parameters``, ``state_dict``, ``variables``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lstm_calc.errors import CheckpointError, ModelFileError
from lstm_calc.weights.readers.stored import Checkpoint, Stored

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 2_000_000
_LONGEST_LINE = 600
_SHAPE = r"[\[(]\s*(?:\d+(?:\s*,\s*\d+)*\s*,?)?\s*[\])]|\b\d+(?:\s*[x×]\s*\d+)+\b"
_NAME = r"[A-Za-z_][\w.\-/:\[\]]*(?: \w[\w.\- ]*/[\w.\-/:\[\]]*)*"
"""A name of a tensor; blanks may stand in it before a slash, as in Keras' paths of layers that its author calls so."""
_LINE = re.compile(
    rf"(?:OrderedDict\(|\{{)?\W*(?:\d+[\s.:|]+)?(?:(?:layer|name|tensor|param(?:eter)?)(?:\s*[:=]\s*|\s+(?=[A-Za-z_]\w*[./])))?(?P<name>['\"]?{_NAME}['\"]?)[^\[\]()\dx×]*?"
    rf"(?:\b(?:size|shape|torch\.Size|TensorShape)\b[^\[\]()\d]*)?(?:\b[a-z]+\d+)?[\[(]?\s*(?P<shape>{_SHAPE})(?P<rest>.*)",
    re.IGNORECASE,
)
_CALLED = re.compile(r"[A-Za-z_][\w.]*$")
_NO_CALLS = r"(?i)(.*\.)?(size|shape|tensorshape|tuple|[a-z]+\d+)"
"""What stands before the brackets of a shape without being called to make a layer; a data type is one."""
_VARIABLE = re.compile(
    rf"<\w*\.?Variable\s+(?:'(?P<first>{_NAME})'\s+)?shape=(?P<shape>{_SHAPE})(?:.*?(?:path|name)='?(?P<name>{_NAME}))?",
    re.IGNORECASE,
)
_SIZED = re.compile(rf"\s*['\"(]*{_NAME}['\"]?\s*[,:]?\s+(?:torch\.Size\(|[\[(]\s*\d)")


def is_listed(text: str) -> bool:
    r"""Return whether a text is a list of names of tensors with their shapes.

    >>> is_listed("fc.weight torch.Size([10, 64])\nfc.bias torch.Size([10])"), is_listed("40 > lstm 96")
    (True, False)
    """
    lines = [line for line in _lines(text[:_MOST]) if line.strip()]
    found = [name for line in lines[:200] if (name := _read(line)) and re.search(_OF_A_TENSOR, name[0]) and not _is_call(line)]
    return bool(found) and 2 * len(found) >= len(lines[:200])


_OF_A_TENSOR = (
    r"(?i)(weight|kernel|bias|gamma|beta|embeddings?|moving_|running_|num_batches)[\w]*(:\d+)?$"
    r"|weight_[ih]h|bias_[ih]h|/vars/\d+$"
)


def _is_call(line: str) -> bool:
    """Return whether the brackets in a line are those of a call, as in ``nn.Embedding(9, 4)`` or ``bias = nn.Linear(9, 4)``."""
    match = _LINE.match(line[:_LONGEST_LINE])
    if match is None or not match["shape"].startswith("("):
        return False
    before = line[match.end("name") : match.start("shape")]
    called = _CALLED.search(before or match["name"])
    if called is None:
        return False
    return bool(before or called[0].rpartition(".")[2][:1].isupper()) and not re.fullmatch(_NO_CALLS, called[0])


def read_listed(text: str, file: str) -> Checkpoint:
    """Return the tensors of a list; raise ModelFileError, with the line, for a name whose shape cannot be read."""
    if len(text) > _MOST:
        raise ModelFileError("too large for a list of tensors", file)
    tensors = tuple(_tensors(text, file))
    if not tensors:
        raise ModelFileError("has no name of a tensor with its shape", file)
    is_keras = any(re.search(r"kernel|:\d+$", tensor.name) for tensor in tensors)
    return Checkpoint("keras, listed" if is_keras else "pytorch, listed", tensors)


def _tensors(text: str, file: str) -> Iterator[Stored]:
    seen: dict[str, tuple[int, ...]] = {}
    for at, line in enumerate(_lines(text), 1):
        found = _read(line)
        if found is None and _SIZED.match(line):
            raise ModelFileError(f"line {at} has a name and no shape that can be read", f"{file}:{at}")
        if found is None:
            continue
        name, shape = found
        if seen.get(name, shape) != shape:
            raise ModelFileError(f"line {at} has another shape for {name} than a line before it", f"{file}:{at}")
        if name not in seen:
            yield _stored(name, shape, f"line {at}", f"{file}:{at}")
        seen[name] = shape


def _stored(name: str, shape: tuple[int, ...], line: str, place: str) -> Stored:
    """Return a tensor of a list; raise ModelFileError, with the line, for one that cannot be."""
    try:
        return Stored(name, shape, None)
    except CheckpointError as error:
        raise ModelFileError(f"{line} {error}", place) from None


def _lines(text: str) -> list[str]:
    """Return the lines of a text; a list of pairs that was printed as one line has one for each pair."""
    return re.sub(r"\),\s*\(?(?=['\"<])", ")\n", text).splitlines()


def _read(line: str) -> tuple[str, tuple[int, ...]] | None:
    """Return the name and the shape in a line, None where it has none."""
    line = line[:_LONGEST_LINE]
    match = _VARIABLE.search(line)
    if match:
        name = match["first"] or match["name"]
        return (name, _sizes(match["shape"])) if name else None
    match = _LINE.match(line)
    return (match["name"].strip("'\"").rstrip(":"), _sizes(match["shape"])) if match else None


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(size.lstrip("0")[:_MOST_DIGITS] or 0) for size in re.findall(r"\d+", text))


_MOST_DIGITS = 20
"""Of a longer size the beginning is already larger than any tensor's, which is refused."""
