"""Whether two files of weights hold the same architecture."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lstm_calc.errors import shortened
from lstm_calc.model import Model
from lstm_calc.questions.answer import Answer
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.weights.inference.sorting import sort

if TYPE_CHECKING:
    from lstm_calc.questions.inspect import InspectedFile


class Sameness(Answer):
    """Whether two files hold the same architecture, and what only one of them has, as lines of text."""

    schema = "lstm-calc/inspect-same/1"
    json = ("schema", "paths", "only_first", "only_second", "same")

    paths: tuple[str, str]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether neither of them has anything that the other lacks."""
        return not (self.only_first or self.only_second)

    def document(self) -> Document:
        """Return whether the two files hold the same architecture, and what only one of them has."""
        title = f"{' and '.join(map(shortened, self.paths))}: {'the same' if self.same else 'not the same'} architecture"
        columns = (Column("path", "only in", grouped=True), Column("part", "part"))
        sides = zip(self.paths, (self.only_first, self.only_second), strict=True)
        lines = tuple(Line((shortened(path), shortened(part))) for path, parts in sides for part in parts)
        return Document(title, (Table(columns, lines),) if lines else (), ())


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
            found[f"{layer.name}: not known"] += 1
            continue
        plain = layer.layer.replace(bias=True, name=None, **({"reset_after": None} if layer.cell == "gru" else {}))
        model = Model([plain], layer.input_dim)
        once = [Model([plain.replace(repeat=1)], use.input_dim) for use in model.uses] if plain.repeat > 1 else [model]
        found.update(map(str, once))
    apart = {tensor.name for layer in file.layers for tensor in layer.tensors}
    apart |= {tensor.name for tensor in sort(file.tensors).optimizer}
    for tensor in file.tensors:
        sizes = sorted(size for size in tensor.shape if size != 1)
        if len(sizes) > 1 and tensor.name not in apart and not (tensor.dtype or "").startswith(("int64", "int32")):
            found["a matrix of " + " x ".join(f"{size:,}" for size in sizes)] += 1
    return found
