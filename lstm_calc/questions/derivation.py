"""How a layer's parameters are counted, in three steps (symbols, numbers, result), for any blocks of its gates."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from lstm_calc.questions.answer import Data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lstm_calc.equations.text import Axes, Blocks
    from lstm_calc.frameworks.counting import Sizes


class DerivationLine(Data):
    """One line of a derivation: what is counted, in symbols, in numbers, and the result."""

    of: str
    symbols: str
    numbers: str
    result: int

    @property
    def text(self) -> str:
        """The three in one line; equal ones are written once.

        >>> DerivationLine("all", "2 × units", "2 × 32", 64).text
        '2 × units = 2 × 32 = 64'
        """
        return " = ".join(dict.fromkeys((self.symbols, self.numbers, str(self.result))))


def with_numbers(symbols: str, sizes: Sizes) -> str:
    """Return a count in symbols with the sizes in their places.

    >>> with_numbers("4 × (units + kernel_1)", {"units": 32, "kernel_1": 3})
    '4 × (32 + 3)'
    """
    return re.sub(r"[a-z]\w*", lambda word: str(sizes[word[0]]), symbols)


def product_of(factors: Iterable[str]) -> str:
    """Return factors with × between them, sums in brackets.

    >>> product_of(["2", "units × (input + units) + units"]), product_of(["2", "units × (input + units)"])
    ('2 × (units × (input + units) + units)', '2 × units × (input + units)')
    """
    return " × ".join(f"({factor})" if " + " in _unbracketed(factor) else factor for factor in factors)


def _unbracketed(text: str) -> str:
    """Return what stands outside of all brackets."""
    inner = re.sub(r"\([^()]*\)", "", text)
    return text if inner == text else _unbracketed(inner)


def sum_of(blocks: Iterable[Axes]) -> str:
    """Return how many numbers some blocks have together: what two matrices share stands before a bracket, equal vectors once.

    >>> sum_of([("units", "input"), ("units", "output"), ("units",), ("units",)])
    'units × (input + output) + 2 × units'
    """
    counted = Counter(blocks)
    return " + ".join(_term(list(group), counted) for _, group in groupby(counted, lambda axes: (len(axes), axes[0], axes[2:])))


def _term(alike: list[Axes], counted: Counter[Axes]) -> str:
    """Return the sum of matrices that differ in what they read alone, or of equal vectors."""
    first, *others = alike[0]
    if not others:
        return times(counted[alike[0]], first)
    inner = [axes[1] for axes in alike for _ in range(counted[axes])]
    return product_of([first, " + ".join(inner), *others[1:]])


def times(number: int, expression: str) -> str:
    """Return a multiple of an expression; once is the expression itself."""
    return expression if number == 1 else product_of([str(number), expression])


def of_one_gate(blocks: Blocks, gate: str | None) -> str:
    """Return how many numbers one gate has, its peephole beside its biases."""
    owned = {role: axes for (owner, role), axes in blocks.items() if owner == gate}
    peephole = [owned.pop("peephole")] if "peephole" in owned else []
    return " + ".join(filter(None, (sum_of(owned.values()), sum_of(peephole))))


def of_one_direction(blocks: Blocks, gates: Sequence[str]) -> str:
    """Return how many numbers one direction of a layer has: what all gates have in a bracket, the rest beside it."""
    by_role: dict[str, list[tuple[str | None, Axes]]] = {}
    for (gate, role), axes in blocks.items():
        by_role.setdefault(role if gate else "", []).append((gate, axes))
    single = by_role.pop("", [])
    shared = [owned[0][1] for owned in by_role.values() if len(owned) == len(gates)]
    partly = [times(len(owned), sum_of([owned[0][1]])) for owned in by_role.values() if len(owned) < len(gates)]
    whole = [times(len(gates), sum_of(shared))] if shared else []
    return " + ".join([*whole, *partly, *([sum_of(axes for _, axes in single)] if single else [])])
