"""``lstm-calc tensors``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output
from lstm_calc.errors import LstmCalcError
from lstm_calc.model import Model

if TYPE_CHECKING:
    from lstm_calc.questions.tensors import Storage
    from lstm_calc.render.document import Document


@with_options
def run(
    model: Model,
    framework: str | None,
    output: Output,
    quiet: bool,
    gates: Annotated[bool, typer.Option("--gates", help="Show the slice of every gate in each tensor.")] = False,
) -> int:
    if framework and "," in framework:
        if gates or quiet:
            raise LstmCalcError("--gates and --quiet show one framework; give -f one name")
        return _side_by_side(model, [name.strip() for name in framework.split(",")], output)
    if quiet:
        from lstm_calc.frameworks.counting import count

        return output.number(count(model, framework))
    from lstm_calc.questions.tensors import tensors

    answer = tensors(model, framework)
    return output.show(answer.data, lambda: _document(model, answer, gates=gates))


def _document(model: Model, answer: "Storage", *, gates: bool) -> "Document":
    from lstm_calc.questions.tensors import tensors_document

    return tensors_document(model, answer, gates=gates)


def _side_by_side(model: Model, names: list[str], output: Output) -> int:
    from lstm_calc.questions.tensors import tensors

    answers = tuple(tensors(model, name) for name in dict.fromkeys(names))

    def data() -> dict[str, Any]:
        return {"schema": "lstm-calc/tensors-side-by-side/1", "frameworks": [answer.data() for answer in answers]}

    def document() -> "Document":
        from lstm_calc.questions.tensors import side_by_side_document

        return side_by_side_document(model, answers)

    return output.show(data, document)
