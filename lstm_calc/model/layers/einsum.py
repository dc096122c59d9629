"""A linear layer that is written as an einsum, as Keras' EinsumDense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError
from lstm_calc.model.layers.base import Layer
from lstm_calc.model.sizes import Shape, Size, product, several, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_DOTS = "..."


class EinsumDense(Layer):
    """A linear layer by its ``equation``, such as ``abc,cd->abd``: what it reads, its kernel, and what it gives.

    ``shape`` is what it gives without the batch and without the axes of an ellipsis, None for sizes that it reads. ``bias_axes``
    are the letters of its bias (none: there is no bias).
    """

    kind = "einsum_dense"
    value = "equation"
    words = frozenset({"einsum_kernel", "einsum_bias"})
    keeps_rank = False
    mixes_axes = True
    stepwise = False
    equation: str
    shape: Sequence[Size]
    bias_axes: str | None = None

    @property
    def bias(self) -> bool:
        """Whether it has a bias."""
        return bool(self.bias_axes)

    def check_shape(self) -> None:
        """Refuse a shape of another number of axes than the equation gives."""
        if len(self.shape) != len(self._declared):
            letters = " ".join(self._declared)
            raise ModelError(f"shape must have a size for each of {letters} of {self.equation}, not {len(self.shape)}", key="shape")

    def check_bias_axes(self) -> None:
        """Refuse letters that it does not give."""
        if not set(self.bias_axes or "") <= set(self._operands[2]):
            raise ModelError(f"bias_axes {self.bias_axes} must be letters that {self.equation} gives", key="bias_axes")

    @property
    def _operands(self) -> tuple[str, str, str]:
        """What it reads, its kernel, and what it gives, in letters."""
        reads, _, rest = self.equation.partition(",")
        kernel, _, gives = rest.partition("->")
        return reads, kernel, gives

    @property
    def _declared(self) -> str:
        """The letters of ``shape``: all that it gives but those of an ellipsis, or but the batch where none stands first."""
        gives = self._operands[2]
        return gives.replace(_DOTS, "")[not gives.startswith(_DOTS) :]

    def input_shape(self, width: Size) -> Shape | None:
        """Return the shape it reads where only the features are known; None where an ellipsis leaves the number of axes open."""
        reads = self._operands[0]
        return None if _DOTS in reads else (*(None,) * (len(reads) - 1), width)

    def _labelled(self, operand: str, rank: int) -> tuple[str, ...]:
        """Return a label for each axis: its letter, or where an ellipsis stands for it a number."""
        before, dots, after = operand.partition(_DOTS)
        hidden = rank - len(self._operands[0].replace(_DOTS, "")) if dots else 0
        return (*before, *map(str, range(hidden)), *after)

    def _measured(self, shape: Shape) -> dict[str, Size]:
        """Return the size of each label, as it is read or else declared; raise ModelError for a shape that it cannot read."""
        labels = self._labelled(self._operands[0], len(shape))
        if len(labels) != len(shape):
            raise ModelError(f"reads {self._operands[0]} of {self.equation}, and {shown(shape)} comes in", key="shape")
        known = dict(zip(labels, shape, strict=True))
        for letter, size in zip(self._declared, self.shape, strict=True):
            found = known.setdefault(letter, size)
            known[letter] = size if found is None else found
            if None not in {size, found} and size != found:
                raise ModelError(f"shape has {size:,} for {letter} of {self.equation}, which is {found:,}", key="shape")
        return known

    def output_shape(self, shape: Shape) -> Shape:
        """Return the sizes of the letters that it gives."""
        known = self._measured(shape)
        return tuple(known[label] for label in self._labelled(self._operands[2], len(shape)))

    def sizes(self, shape: Shape) -> dict[str, Size]:
        """Return the sizes of the kernel's axes and of the bias', which spans what is given from its first letter on."""
        known = self._measured(shape)
        gives = self._labelled(self._operands[2], len(shape))
        biased = self.bias_axes or ""
        first = min((gives.index(letter) for letter in biased), default=len(gives))
        bias = tuple(known[label] if label in biased else 1 for label in gives[first:])
        kernel = tuple(known[letter] for letter in self._operands[1])
        return {"input": shape[-1], **several("einsum_kernel", kernel), **several("einsum_bias", bias)}

    def times(self, shape: Shape, given: Shape) -> Mapping[str, Size]:
        """Return how often the kernel is applied: once for each entry of the axes that it does not have; the bias to all."""
        known = self._measured(shape)
        apart = (size for label, size in known.items() if label not in self._operands[1])
        gives = self._labelled(self._operands[2], len(given))
        return {
            "": product(apart),
            "bias": product(known[label] for label in gives if label not in (self.bias_axes or "")),
        }
