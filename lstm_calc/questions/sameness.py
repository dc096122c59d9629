"""Whether two files of weights hold the same architecture."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from lstm_calc.frozen import Record
from lstm_calc.model import Model
from lstm_calc.weights.inference.sorting import sort

if TYPE_CHECKING:
    from lstm_calc.questions.inspect import InspectedFile


class Sameness(Record):
    """Whether two files hold the same architecture; what only one of them has, as lines of words."""

    paths: tuple[str, str]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether nothing is in one of them alone."""
        return not (self.only_first or self.only_second)

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return {"schema": "lstm-calc/inspect-same/1", **self.asdict(), "same": self.same}


def same(first: InspectedFile, second: InspectedFile) -> Sameness:
    """Return whether two files hold the same recurrent layers, and matrices of the same sizes beside them.

    Names, dtypes, the order of axes and how many bias vectors a gate has are no difference.
    """
    one, two = _architecture(first), _architecture(second)
    return Sameness((first.path, second.path), tuple((one - two).elements()), tuple((two - one).elements()))


def _architecture(file: InspectedFile) -> Counter[str]:
    found: Counter[str] = Counter()
    for layer in file.layers:
        if layer.layer is None or layer.input_dim is None:
            found[f"{layer.name}: not told"] += 1
            continue
        plain = layer.layer.replace(bias=True, name=None, **({"reset_after": None} if layer.cell == "gru" else {}))
        for use in Model([plain], layer.input_dim).uses:
            found[str(Model([plain.replace(repeat=1)], use.input_dim))] += 1
    apart = {tensor.name for layer in file.layers for tensor in layer.tensors}
    apart |= {tensor.name for tensor in sort(file.tensors).optimizer}
    for tensor in file.tensors:
        sizes = sorted(size for size in tensor.shape if size != 1)
        if len(sizes) > 1 and tensor.name not in apart and not (tensor.dtype or "").startswith(("int64", "int32")):
            found["a matrix of " + " x ".join(f"{size:,}" for size in sizes)] += 1
    return found
