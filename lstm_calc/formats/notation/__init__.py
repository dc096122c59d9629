"""The one-line notation: ``300 > bilstm 512 x2 > dense 10``, read into a Model and written from one.

    model    = [ source ">" ] chain
    source   = SIZE | SHAPE | Input(shape=...)
    chain    = item { ">" item }
    item     = layer | branches
    branches = "(" [ chain ] { "|" [ chain ] } ")"    all read what stands before them, and what follows reads all; an empty one
                                                      passes on what it reads
    layer    = ["bi"] kind [ value ] { option }       embed DIM follows the vocab it belongs to: vocab SIZE > embed DIM
             | call { option }                        LSTM(96), nn.LSTM(40, 96), Bidirectional(GRU(64))
    option   = "x" COUNT | word | key "=" value       inputs=encoder,split.1,encoder.h are what it reads, if not the layer before
    SHAPE    = SIZE { "x" SIZE }                      steps, image and features, _ for a size that is not known

For > stand ->, → and a comma before a blank or a name, too. It may be left out before the name of a layer, and the blank between a
name and its size: 40 lstm96 dense7. Other spellings of names are in the tables of ``names``; what is written has the first one.

In a template ? may stand for any of the sizes.
Reading what was written gives the same model back. Models within a model, and the outputs of a model, can be said in a model file
alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.formats.notation.writing import shown, write, written

if TYPE_CHECKING:
    from lstm_calc.model import Model
    from lstm_calc.model.template import Template

__all__ = ["read", "read_template", "shown", "write", "written"]


def read(text: str) -> Model:
    """Return the model that the text describes; raise NotationError, with the place, where it describes none.

    >>> read("32 > lstm 64 > dense 10").uses[1].input_dim
    64
    >>> str(read("40 LSTM(96) Dense(7)"))
    '40 > lstm 96 > dense 7'
    """
    from lstm_calc.formats.notation.line import model_in  # not needed to write a model, which every answer does

    return model_in(text)


def read_template(text: str) -> Template:
    """Return the template that the text describes: the notation, in which ``?`` may stand for any size.

    >>> read_template("64 > lstm ? x2 > dense 10").places
    ((0, 'units'),)
    """
    from lstm_calc.formats.notation.line import template_in

    return template_in(text)
