"""The words in which a framework's tensors are written down, and what they mean for a layer.

A row is a tensor's name and its axes: ``Row("kernel", "input gates*units", "kernel")``; without axes it is one number. Axes are
parted by spaces; inside an axis ``*`` nests (outermost first) and ``+`` concatenates. The words of an axis are

    input units output projection     sizes of the layer; output is the size of h: the projection, else the units
    kernel_size vocab_size dim        sizes of other layers; kernel_size is one axis a dimension
    group_input group_units           the features of one group of a convolution
    point multiplier                  kernels of 1 along each dimension; kernels per channel
    query value key heads key_heads   the widths that an attention reads, its heads and those of its keys
    key_dim value_dim attended        the size of a head, and what all heads give together
    attention_output einsum_kernel    sizes that may have several axes, and so
    einsum_bias slopes                may the input of a normalisation, which is what it normalises
    all_slopes                        the slopes in a single axis
    patch places place                the numbers under a window; the positions, in one axis and in several
    params                            so many numbers, of which no more is known
    1, 2, ...                         a plain number
    gates directions biases            one block per gate, direction or bias vector
    input_gate, candidate_gate, ...   the block of that one gate

In a name, ``{gate}`` and ``{letter}`` (one tensor per gate), ``{direction}``, ``{layer}`` (the layer inside its module).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from lstm_calc.model import Layer


class Row(Record):
    """One tensor, or one per gate or direction where its name says so.

    ``role`` has a word for each part where an axis concatenates (``input+output``, ``biases``). ``when`` are the option
    words that bring the row in, ``frozen`` those that keep it at its initial zeros; ``gates`` the gates it holds, where not all.
    ``row_major``: each block lies (units, input) row by row inside a place of shape (input, units). ``group`` is the group of
    applications that it belongs to, ``gates`` where each gate is one of its own. ``trained`` says whether training changes it,
    and ``counted`` whether the framework counts it as parameters.
    """

    old_names = {"raveled": "row_major"}  # noqa: RUF012  former names of what JSON shows

    name: str
    axes: str
    role: str
    when: str = ""
    gates: str = ""
    frozen: str = ""
    row_major: bool = False
    group: str = ""
    trained: bool = True
    counted: bool = True


class Layout(Record):
    """How one framework stores one kind of layer.

    ``gates`` is the stored order and ``letters`` the framework's own names for them (empty: the same); ``coupled`` the gates left
    when input and forget gate are one. ``path`` is what stands before a row's name, ``bidirectional`` the same in a bidirectional
    layer, ``stacked`` and ``stacked_bidirectional`` where the model has several recurrent layers. ``label`` is the name the
    framework gives an unnamed layer. ``options`` are the option words on offer beyond the plain layer, ``defaults`` those that
    hold where a layer leaves the choice open, ``limits`` what must hold between two sizes, or products of sizes. ``forget_bias``
    is what is added to the forget gate when the layer runs, ``quirks`` are the words in which its equations differ from the
    cell's (``mirrored``: a window the other way round). ``per_tensor``: in an integer type each of its matrices has one scale,
    also where others have one per channel. ``padding`` is the default of its convolution (``zeros``: none at each end) and
    ``runs`` are the fields of ``RUN_FIELDS`` that it has, where these are not the framework's own; ``lacks`` are the
    ``COMBINATIONS`` of settings that it refuses. ``initial`` says the default initial values, ``note`` what else is to be known,
    ``source`` where all this was read.
    """

    rows: tuple[Row, ...]
    source: str = ""
    gates: str = ""
    letters: str = ""
    coupled: str = ""
    path: str = ""
    bidirectional: str = ""
    stacked: str = ""
    stacked_bidirectional: str = ""
    label: str = ""
    options: str = "nobias"
    defaults: str = ""
    limits: tuple[tuple[str, str, str], ...] = ()
    forget_bias: int = 0
    quirks: str = ""
    per_tensor: bool = False
    padding: str = ""
    runs: str = ""
    lacks: str = ""
    initial: str = ""
    note: str = ""

    def check(self) -> None:
        """Let the gates be called as they are where the framework has no names of its own for them."""
        self.__dict__["letters"] = self.letters or self.gates

    @cached_property
    def terms(self) -> dict[tuple[object, ...], tuple[tuple[int, tuple[str, ...]], ...]]:
        """The counts that were worked out as sums of products, by the options of a layer."""
        return {}

    @cached_property
    def chosen(self) -> dict[tuple[object, ...], tuple[tuple[Row, tuple[str, ...], str], ...]]:
        """The rows of a layer that were chosen, each with its gates and its direction, by the layer's options and directions."""
        return {}


class ShapeRow(Record):
    """An input, state or output of a recurrent layer when it runs: a name and its axes in words.

    Beside the words of a row's axes: ``batch steps space`` (no axis at all where there is none, several where there are several),
    ``sequence`` (batch and steps in the framework's order), ``returned`` (the same, the batch alone where only the last step is
    returned), ``features`` (the size of h, both directions' where they are concatenated) and ``value`` (the size of one state, or
    of one equation's result). ``role`` is input, lengths, initial, value (of an equation), output, state (kept from call to call)
    or final. In a name, ``{state}`` (h, c), ``{long}`` (hidden, cell), ``{capital}`` (H, C) or ``{equation}`` make one row of
    each, ``{direction}`` or ``{side}`` (``forward_``; nothing in a layer of one direction) one per direction; ``{cell}`` counts
    the recurrent layers, and so does ``{at}`` (``0_``) where there are several.
    """

    name: str
    axes: str
    role: str
    when: str = ""


class Framework(Record):
    """One framework: its layouts by kind of layer, and how it names what stands around them.

    ``prefix`` stands before every name of a model of several layers; ``wrapper`` is the label of the layer around a bidirectional
    one; ``directions`` the words for its two directions; ``modules``: a repeated layer is one module with inner layers;
    ``apart``: each direction is a layer of its own, with a name of its own. ``package`` is what pip installs;
    ``release`` is the version whose tensors were recorded; ``under`` the framework under whose names its layers stand in files.

    ``variants`` has, by its name and by kind, how layers are stored that ask for another variant than the usual one.

    ``shapes`` are the inputs, states and outputs of a recurrent layer, ``sequence`` the order of an input's first axes and
    ``other_order`` what the other order is called where it can be asked for; ``batches`` how few and how many axes a batch may
    have. ``channels_first``: its convolutions and pools have the features behind the batch. ``selective``: a layer returns the
    last step unless a setting says otherwise, its states where one says so, and keeps them where it is stateful. ``padding`` is
    the default of its convolutions, ``runs`` the fields of ``RUN_FIELDS`` that it has, ``lacks`` the ``COMBINATIONS`` that it
    refuses. ``shapes_note`` says what else is to be known. ``errors`` are what it says of data of another number of axes (ndim),
    of other features, or of a state of another shape (hidden). ``by_caller`` has the option words and combinations that its
    layers do not have and the code around them does, each with what its layers do in their place. ``epsilons`` are the defaults of
    what its normalisations add to the variance, by kind.
    """

    name: str
    title: str
    release: str
    layouts: dict[str, Layout]
    variants: dict[str, dict[str, Layout]] = {}  # noqa: RUF012  a Record's default, never changed
    package: str = ""
    prefix: str = ""
    wrapper: str = ""
    directions: tuple[str, str] = ("", "")
    modules: bool = False
    apart: bool = False
    under: str = ""
    shapes: tuple[ShapeRow, ...] = ()
    sequence: str = "batch steps"
    other_order: str = ""
    batches: tuple[int, int] = (1, 1)
    channels_first: bool = False
    selective: bool = False
    padding: str = "same"
    runs: str = ""
    lacks: str = ""
    shapes_note: str = ""
    errors: dict[str, str] = {}  # noqa: RUF012  a Record's default, never changed
    by_caller: dict[str, str] = {}  # noqa: RUF012  a Record's default, never changed
    epsilons: dict[str, float] = {}  # noqa: RUF012  a Record's default, never changed

    def layout(self, layer: Layer) -> Layout:
        """Return how a layer is stored: as the variant that it asks for, else as its kind is; raise KeyError where it is not."""
        variant = self.variants.get(layer.variant, {}).get(layer.kind) if self.variants else None
        return variant or self.layouts[layer.kind]


_OPTION_WORDS = {
    "bias": ("bias", "nobias"),
    "bidirectional": ("bidirectional", "unidirectional"),
    "projection": ("projection", "unprojected"),
    "projection_bias": ("projection_bias", "plain_projection"),
    "peephole": ("peephole", "closed"),
    "coupled": ("coupled", "uncoupled"),
    "reset_after": ("reset_after", "reset_before"),
    "reset_gate": ("gated", "ungated"),
    "center": ("center", "nocenter"),
    "scale": ("scale", "noscale"),
    "tied": ("tied", "untied"),
    "bias_axes": ("bias", "nobias"),
    "use_scale": ("learned_scale", "unscaled"),
    "use_gate": ("gated_output", "ungated_output"),
    "use_boundary": ("boundary", "no_boundary"),
    "score_mode": ("concat_scores", "dot_scores"),
    "renorm": ("renorm", "plain_statistics"),
}
"""For a field of a layer, the word that stands when it is on and the one when it is off."""

OPTION_FIELDS = tuple(_OPTION_WORDS)
"""The fields of a layer that say which tensors it has."""

OPTIONS = {
    "nobias": "bias=false",
    "bidirectional": "bidirectional",
    "merge": "merge",
    "projection": "projection",
    "projection_bias": "projection_bias=true",
    "peephole": "peephole",
    "coupled": "coupled gates",
    "reset_after": "reset_after=true",
    "reset_before": "reset_after=false",
    "ungated": "reset_gate=false",
    "nocenter": "center=false",
    "noscale": "scale=false",
    "learned_scale": "use_scale=true",
    "unscaled": "use_scale=false",
    "concat_scores": "score_mode=concat",
    "gated_output": "use_gate=true",
    "renorm": "renorm=true",
    "no_boundary": "use_boundary=false",
}
"""The option words that a layout must offer before a layer may ask for them, as a sentence says them."""

COMBINATIONS = {
    "strided_dilation": "strides together with a dilation_rate",
    "strided_same": "padding=same with strides",
    "transposed_same": "padding=same",
    "full_output_padding": "output_padding as large as the stride",
    "fuller_output_padding": "output_padding as large as the stride and the dilation",
    "wide_padding": "padding of more than half the window",
}
"""The words for settings of a layer that some frameworks do not take together, as a sentence says them."""

RUN_FIELDS = ("stateful", "go_backwards", "strides", "dilation_rate", "padding", "data_format")
"""The fields of a layer that change what it gives, and no tensor."""

_OFF = (None, False, "dot")
"""The values that switch an option off."""

_OPEN = {"reset_after": "", "projection_bias": "projection"}
"""The fields in which None leaves the choice to the framework, and the field without which there is none to make."""


def option_words(layer: Layer, defaults: str) -> set[str]:
    """Return the option words that hold for a layer; ``defaults`` are those that hold where it leaves the choice open.

    >>> from lstm_calc.model import GRU
    >>> sorted(option_words(GRU(8, bias=False), "reset_after"))
    ['nobias', 'reset_after', 'unidirectional']
    """
    words = {"merge"} if getattr(layer, "merge", "concat") != "concat" else set()
    for field, (on, off) in _OPTION_WORDS.items():
        if field in layer.fields:
            value = getattr(layer, field)
            words.add(on if (on in defaults.split() if value is None and field in _OPEN else value not in _OFF) else off)
    return words


def with_default_options(layer: Layer, defaults: str) -> Layer:
    """Return the layer with the choices that it leaves to the framework made as a layout's ``defaults`` say.

    >>> from lstm_calc.model import GRU
    >>> with_default_options(GRU(8), "reset_after"), with_default_options(GRU(8), "")
    (GRU(units=8, reset_after=True), GRU(units=8, reset_after=False))
    """
    fields = layer.asdict()
    open_ = [name for name, needs in _OPEN.items() if name in fields and fields[name] is None and (not needs or fields[needs])]
    return layer.replace(**{name: name in defaults.split() for name in open_}) if open_ else layer
