"""The words in which a framework's tensors are written down, and what they mean for a layer.

A row is a tensor's name and its axes: ``Row("kernel", "input gates*units", "kernel")``. Axes are parted by spaces; inside an
axis ``*`` nests (outermost first) and ``+`` concatenates. The words of an axis are

    input units output projection     sizes of the layer; output is the size of h: the projection, else the units
    kernel_size vocab_size dim        sizes of other layers; kernel_size is one axis a dimension
    gates ways biases                 one block a gate, a direction, a bias vector
    input_gate, candidate_gate, ...   the block of that one gate

In a name, ``{gate}`` and ``{letter}`` (one tensor a gate), ``{way}`` (a direction), ``{layer}`` (the layer inside its module).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.record import Record

if TYPE_CHECKING:
    from lstm_calc.model import Layer


class Row(Record):
    """One tensor, or one a gate or direction where its name says so.

    ``role`` has a word for each part where an axis concatenates (``input+output``, ``biases``). ``when`` are the option
    words that bring the row in; ``gates`` the gates it holds, where not all. ``raveled``: each block lies (units, input) row by
    row inside a place of shape (input, units).
    """

    name: str
    axes: str
    role: str
    when: str = ""
    gates: str = ""
    raveled: bool = False


class Layout(Record):
    """How one framework stores one kind of layer.

    ``gates`` is the stored order and ``letters`` the framework's own names for them; ``coupled`` the gates left when input
    and forget gate are one. ``path`` and ``two_way`` are what stands before a row's name; ``label`` the name the framework gives
    an unnamed layer. ``options`` are the option words on offer beyond the plain layer, ``reset`` the GRU form that is the
    default, ``smaller`` pairs of sizes of which the first must be below the second, ``forget_bias`` what is added to the
    forget gate when the layer runs. ``source`` says where all this was read.
    """

    rows: tuple[Row, ...]
    source: str = ""
    gates: str = ""
    letters: str = ""
    coupled: str = ""
    path: str = ""
    two_way: str = ""
    label: str = ""
    options: str = "nobias"
    reset: str = "reset_before"
    smaller: tuple[tuple[str, str], ...] = ()
    forget_bias: int = 0


class Framework(Record):
    """One framework: its layouts by kind of layer, and how it names what stands around them.

    ``prefix`` stands before every name of a model of several layers; ``wrapper`` is the label of the layer around a bidirectional
    one; ``ways`` the words for its two directions; ``modules``: a repeated layer is one module with inner layers.
    ``release`` is the version whose tensors were recorded.
    """

    name: str
    title: str
    release: str
    layouts: dict[str, Layout]
    prefix: str = ""
    wrapper: str = ""
    ways: tuple[str, str] = ("", "")
    modules: bool = False


_OPTION_WORDS = {
    "bias": ("bias", "nobias"),
    "bidirectional": ("bidirectional", "one_way"),
    "projection": ("projection", "unprojected"),
    "peephole": ("peephole", "closed"),
    "coupled": ("coupled", "uncoupled"),
    "tied": ("tied", "untied"),
}
"""For a field of a layer, the word that stands when it is on and the one when it is off."""

OPTIONS = {
    "nobias": "bias=false",
    "bidirectional": "bidirectional",
    "merge": "merge",
    "projection": "projection",
    "peephole": "peephole",
    "coupled": "coupled gates",
    "reset_after": "reset_after=true",
    "reset_before": "reset_after=false",
}
"""The option words that a layout must offer before a layer may ask for them, as a sentence says them."""


def option_words(layer: Layer, reset: str) -> set[str]:
    """Return the option words that hold for a layer; ``reset`` is the GRU form where the layer leaves it open.

    >>> from lstm_calc.model import Dense
    >>> sorted(option_words(Dense(8, bias=False), ""))
    ['nobias', 'untied']
    """
    fields = layer.asdict()
    words = {on if fields[field] else off for field, (on, off) in _OPTION_WORDS.items() if field in fields}
    if fields.get("merge", "concat") != "concat":
        words.add("merge")
    if "reset_after" in fields:
        words.add(reset if fields["reset_after"] is None else ("reset_before", "reset_after")[fields["reset_after"]])
    return words
