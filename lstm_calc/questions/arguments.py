"""Every argument of keras.layers.LSTM and of torch.nn.LSTM: what it changes, and what does the same in the other.

Another value changes the number of parameters, the shapes of outputs, the initial values of parameters whose number stays the
same, or none of these but the run alone. Tests check names, defaults and changes against the installed frameworks.
"""

from __future__ import annotations

from lstm_calc.frameworks import framework
from lstm_calc.questions.answer import Answer, Data
from lstm_calc.render.document import Column, Document, Line, Table

_PARAMETERS = ("parameters",)
_SHAPES = ("shapes",)
_SIZES = ("parameters", "shapes")
_VALUES = ("initial values",)
_RUN = ("run",)


class Argument(Data):
    """One argument: its default, as Python writes it (None: it must be given), what it changes and its effect.

    ``counterpart`` is the argument of the other layer that does the same; where there is none, ``instead`` says how it is done
    there. ``taken_by`` is the class whose signature has it, or ``older``: in no signature, taken by name alone or no more.
    """

    name: str
    default: str | None
    changes: tuple[str, ...]
    effect: str
    counterpart: str | None = None
    instead: str | None = None
    taken_by: str = "LSTM"


class LayerArguments(Data):
    """The arguments of one class, in the order of its signature, and the release they were read from."""

    json = ("framework", "layer", "source", "arguments", "release")

    framework: str
    layer: str
    source: str
    arguments: tuple[Argument, ...]

    @property
    def release(self) -> str:
        """The release that the signature was checked against."""
        return framework(self.framework).release


class ArgumentList(Answer):
    """The arguments of both layers."""

    schema = "lstm-calc/arguments/1"
    json = ("schema", "layers")

    layers: tuple[LayerArguments, ...]

    def document(self) -> Document:
        """Return one table per layer."""
        tables = tuple(_arguments_table(layer, other) for layer, other in zip(self.layers, reversed(self.layers), strict=True))
        releases = (f"{layer.layer}: {layer.framework} {layer.release}, {layer.source}" for layer in self.layers)
        title = f"Arguments of {' and '.join(layer.layer for layer in self.layers)}"
        return Document(title, tables, tuple(releases), legend=_LEGEND)


_PENALTY = "weight_decay of the optimizer"
_BY_HAND = "by hand, after each update"

_KERAS = LayerArguments(
    framework="keras",
    layer="keras.layers.LSTM",
    source="keras/src/layers/rnn/lstm.py, rnn.py and keras/src/layers/layer.py",
    arguments=(
        Argument("units", None, _SIZES, "the size of h and c", "hidden_size"),
        Argument("activation", "'tanh'", _RUN, "of the cell candidate, and of c where h is computed", instead="always tanh"),
        Argument("recurrent_activation", "'sigmoid'", _RUN, "of the three gates", instead="always sigmoid"),
        Argument("use_bias", "True", _PARAMETERS, "one bias vector per gate", "bias"),
        Argument(
            "kernel_initializer", "'glorot_uniform'", _VALUES, "of the input's kernel", instead="torch.nn.init on weight_ih_l0"
        ),
        Argument(
            "recurrent_initializer", "'orthogonal'", _VALUES, "of the recurrent kernel", instead="torch.nn.init on weight_hh_l0"
        ),
        Argument(
            "bias_initializer",
            "'zeros'",
            _VALUES,
            "of the bias; of its forget gate if unit_forget_bias=False",
            instead="torch.nn.init on bias_ih_l0, bias_hh_l0",
        ),
        Argument(
            "unit_forget_bias", "True", _VALUES, "the forget gate's bias begins at one", instead="fill bias_ih_l0[hidden:2*hidden]"
        ),
        Argument("kernel_regularizer", "None", _RUN, "a penalty on the kernel, added to the loss", instead=_PENALTY),
        Argument("recurrent_regularizer", "None", _RUN, "the same on the recurrent kernel", instead=_PENALTY),
        Argument("bias_regularizer", "None", _RUN, "the same on the bias", instead=_PENALTY),
        Argument("activity_regularizer", "None", _RUN, "the same on the output", instead="add it to the loss"),
        Argument("kernel_constraint", "None", _RUN, "projects the kernel after each update", instead=_BY_HAND),
        Argument("recurrent_constraint", "None", _RUN, "the same for the recurrent kernel", instead=_BY_HAND),
        Argument("bias_constraint", "None", _RUN, "the same for the bias", instead=_BY_HAND),
        Argument(
            "dropout",
            "0.0",
            _RUN,
            "drops input features in training, the same at every step",
            instead="none; its dropout acts between layers",
        ),
        Argument("recurrent_dropout", "0.0", _RUN, "drops features of h in training, where it is read again", instead="none"),
        Argument("seed", "None", _RUN, "of the two dropouts", instead="torch.manual_seed"),
        Argument(
            "return_sequences", "False", _SHAPES, "h of every step, not of the last alone", instead="always: output[-1] is the last"
        ),
        Argument("return_state", "False", _SHAPES, "two more outputs, the last h and c", instead="always: output, (h_n, c_n)"),
        Argument("go_backwards", "False", _RUN, "reads the steps, and gives them, in reverse", instead="x.flip(0)"),
        Argument(
            "stateful",
            "False",
            _RUN,
            "a batch begins with the last states of the one before",
            instead="hand (h_n, c_n) to the next call",
        ),
        Argument("unroll", "False", _RUN, "writes out the loop over the steps: faster, more memory", instead="none"),
        Argument(
            "use_cudnn",
            "'auto'",
            _RUN,
            "whether cuDNN runs the layer, where the backend can",
            instead="torch.backends.cudnn.enabled",
        ),
        Argument(
            "zero_output_for_mask",
            "False",
            _RUN,
            "zeros at masked steps, not the output before",
            instead="packed sequences, padded with zeros",
            taken_by="RNN",
        ),
        Argument(
            "trainable",
            "True",
            _RUN,
            "as many parameters, all of them frozen where it is False",
            instead="requires_grad_(False)",
            taken_by="Layer",
        ),
        Argument("dtype", "None", _RUN, "the precision of parameters and products", "dtype", taken_by="Layer"),
        Argument("autocast", "True", _RUN, "casts the input to the layer's dtype", instead="torch.autocast", taken_by="Layer"),
        Argument(
            "name",
            "None",
            _RUN,
            "the first part of the parameters' paths",
            instead="the attribute it is stored in",
            taken_by="Layer",
        ),
        Argument("implementation", "2", _RUN, "1: a product for each gate; 2: one for all four", instead="none", taken_by="older"),
        Argument(
            "input_dim",
            "None",
            _PARAMETERS,
            "features, without steps: an LSTM refuses it in Keras 3",
            instead="input_size",
            taken_by="older",
        ),
        Argument(
            "input_shape",
            "None",
            _PARAMETERS,
            "(steps, features), where the layer is the first",
            instead="input_size",
            taken_by="older",
        ),
        Argument(
            "time_major",
            "False",
            _SHAPES,
            "(steps, batch, features) in and out; refused since Keras 3",
            instead="batch_first, which is its opposite",
            taken_by="older",
        ),
    ),
)

_TORCH = LayerArguments(
    framework="pytorch",
    layer="torch.nn.LSTM",
    source="torch/nn/modules/rnn.py, classes LSTM and RNNBase",
    arguments=(
        Argument("input_size", None, _PARAMETERS, "the features of a step", instead="the width of the input, when built"),
        Argument("hidden_size", None, _SIZES, "the size of c, and of h where nothing projects it", "units"),
        Argument(
            "num_layers",
            "1",
            _SIZES,
            "layers on each other; h_n and c_n have a row for each",
            instead="several layers, return_sequences=True",
        ),
        Argument("bias", "True", _PARAMETERS, "two bias vectors per gate, bias_ih and bias_hh", "use_bias"),
        Argument(
            "batch_first", "False", _SHAPES, "(batch, steps, features) in and out; h_n and c_n stay", instead="always batch first"
        ),
        Argument(
            "dropout",
            "0.0",
            _RUN,
            "drops outputs of every layer but the last, in training",
            instead="a Dropout layer between two layers",
        ),
        Argument(
            "bidirectional",
            "False",
            _SIZES,
            "a second direction, with parameters of its own",
            instead="the wrapper keras.layers.Bidirectional",
        ),
        Argument("proj_size", "0", _SIZES, "a matrix makes h this small; c keeps hidden_size", instead="none"),
        Argument("device", "None", _RUN, "where the parameters lie", instead="keras.device"),
        Argument("dtype", "None", _RUN, "the precision of parameters and products", "dtype"),
    ),
)


def arguments() -> ArgumentList:
    """Return every argument of keras.layers.LSTM and of torch.nn.LSTM.

    >>> keras, torch = arguments().layers
    >>> keras.arguments[0].name, keras.arguments[0].counterpart, keras.arguments[0].changes
    ('units', 'hidden_size', ('parameters', 'shapes'))
    """
    return ArgumentList((_KERAS, _TORCH))


_LEGEND = (
    "changes: the number of parameters, the shapes of outputs, the initial values of as many parameters, or the run alone",
    "taken by: the class whose signature has it; older: none has it, and it is taken by name alone, or no more",
)


def _arguments_table(layer: LayerArguments, other: LayerArguments) -> Table:
    columns = (
        Column("layer", "layer", shown=False),
        Column("argument", layer.layer),
        Column("default", "default"),
        Column("changes", "changes", gives_way=3),
        Column("effect", "effect"),
        Column("elsewhere", f"in {other.layer}"),
        Column("taken_by", "taken by", gives_way=2, shown=any(each.taken_by != "LSTM" for each in layer.arguments)),
    )
    return Table(columns, tuple(_argument_line(layer, each) for each in layer.arguments))


def _argument_line(layer: LayerArguments, each: Argument) -> Line:
    elsewhere = each.counterpart or each.instead
    return Line(
        (layer.layer, each.name, each.default or "required", ", ".join(each.changes), each.effect, elsewhere, each.taken_by)
    )
