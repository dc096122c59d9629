"""Every argument of keras.layers.LSTM and of torch.nn.LSTM: what it changes, and what does the same in the other.

Another value changes the number of parameters, the shapes of outputs, the initial values of parameters whose number stays the
same, or none of these but the run alone. Tests check names, defaults and changes against the installed frameworks.
"""

from __future__ import annotations

from lstm_calc.frameworks import framework
from lstm_calc.questions.answer import Answer, Data
from lstm_calc.render.document import Column, Document, Line, Table


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


# A line per argument: its name, its default, what it changes, its effect, the argument of the other layer that does the same (after
# =) or how it is done there, and the class whose signature has it where that is not LSTM.

_KERAS = """
units | required | parameters, shapes | the size of h and c | = hidden_size
activation | 'tanh' | run | of the cell candidate, and of c where h is computed | always tanh
recurrent_activation | 'sigmoid' | run | of the three gates | always sigmoid
use_bias | True | parameters | one bias vector per gate | = bias
kernel_initializer | 'glorot_uniform' | initial values | of the input's kernel | torch.nn.init on weight_ih_l0
recurrent_initializer | 'orthogonal' | initial values | of the recurrent kernel | torch.nn.init on weight_hh_l0
bias_initializer | 'zeros' | initial values | of the bias; of its forget gate if unit_forget_bias=False | \
torch.nn.init on bias_ih_l0, bias_hh_l0
unit_forget_bias | True | initial values | the forget gate's bias begins at one | fill bias_ih_l0[hidden:2*hidden]
kernel_regularizer | None | run | a penalty on the kernel, added to the loss | weight_decay of the optimizer
recurrent_regularizer | None | run | the same on the recurrent kernel | weight_decay of the optimizer
bias_regularizer | None | run | the same on the bias | weight_decay of the optimizer
activity_regularizer | None | run | the same on the output | add it to the loss
kernel_constraint | None | run | projects the kernel after each update | by hand, after each update
recurrent_constraint | None | run | the same for the recurrent kernel | by hand, after each update
bias_constraint | None | run | the same for the bias | by hand, after each update
dropout | 0.0 | run | drops input features in training, the same at every step | none; its dropout acts between layers
recurrent_dropout | 0.0 | run | drops features of h in training, where it is read again | none
seed | None | run | of the two dropouts | torch.manual_seed
return_sequences | False | shapes | h of every step, not of the last alone | always: output[-1] is the last
return_state | False | shapes | two more outputs, the last h and c | always: output, (h_n, c_n)
go_backwards | False | run | reads the steps, and gives them, in reverse | x.flip(0)
stateful | False | run | a batch begins with the last states of the one before | hand (h_n, c_n) to the next call
unroll | False | run | writes out the loop over the steps: faster, more memory | none
use_cudnn | 'auto' | run | whether cuDNN runs the layer, where the backend can | torch.backends.cudnn.enabled
zero_output_for_mask | False | run | zeros at masked steps, not the output before | packed sequences, padded with zeros | RNN
trainable | True | run | as many parameters, all of them frozen where it is False | requires_grad_(False) | Layer
dtype | None | run | the precision of parameters and products | = dtype | Layer
autocast | True | run | casts the input to the layer's dtype | torch.autocast | Layer
name | None | run | the first part of the parameters' paths | the attribute it is stored in | Layer
implementation | 2 | run | 1: a product for each gate; 2: one for all four | none | older
input_dim | None | parameters | features, without steps: an LSTM refuses it in Keras 3 | input_size | older
input_shape | None | parameters | (steps, features), where the layer is the first | input_size | older
time_major | False | shapes | (steps, batch, features) in and out; refused since Keras 3 | \
batch_first, which is its opposite | older
"""

_TORCH = """
input_size | required | parameters | the features of a step | the width of the input, when built
hidden_size | required | parameters, shapes | the size of c, and of h where nothing projects it | = units
num_layers | 1 | parameters, shapes | layers on each other; h_n and c_n have a row for each | several layers, return_sequences=True
bias | True | parameters | two bias vectors per gate, bias_ih and bias_hh | = use_bias
batch_first | False | shapes | (batch, steps, features) in and out; h_n and c_n stay | always batch first
dropout | 0.0 | run | drops outputs of every layer but the last, in training | a Dropout layer between two layers
bidirectional | False | parameters, shapes | a second direction, with parameters of its own | the wrapper keras.layers.Bidirectional
proj_size | 0 | parameters, shapes | a matrix makes h this small; c keeps hidden_size | none
device | None | run | where the parameters lie | keras.device
dtype | None | run | the precision of parameters and products | = dtype
"""


def _argument(line: str) -> Argument:
    """Return the argument that a line of a table describes."""
    name, default, changes, effect, there, *taken_by = line.split(" | ")
    same = there.startswith("= ")
    return Argument(
        name,
        None if default == "required" else default,
        tuple(changes.split(", ")),
        effect,
        there.removeprefix("= ") if same else None,
        None if same else there,
        *taken_by,
    )


def _layer(framework_name: str, layer: str, source: str, table: str) -> LayerArguments:
    return LayerArguments(framework_name, layer, source, tuple(map(_argument, table.strip().splitlines())))


def arguments() -> ArgumentList:
    """Return every argument of keras.layers.LSTM and of torch.nn.LSTM.

    >>> keras, torch = arguments().layers
    >>> keras.arguments[0].name, keras.arguments[0].counterpart, keras.arguments[0].changes
    ('units', 'hidden_size', ('parameters', 'shapes'))
    """
    keras = "keras/src/layers/rnn/lstm.py, rnn.py and keras/src/layers/layer.py"
    torch = "torch/nn/modules/rnn.py, classes LSTM and RNNBase"
    return ArgumentList((_layer("keras", "keras.layers.LSTM", keras, _KERAS), _layer("pytorch", "torch.nn.LSTM", torch, _TORCH)))


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
