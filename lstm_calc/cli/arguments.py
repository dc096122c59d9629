"""``lstm-calc arguments``."""

from typing import TYPE_CHECKING

from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output

if TYPE_CHECKING:
    from lstm_calc.render.document import Document


@with_options
def run(output: Output) -> int:
    from lstm_calc.questions.arguments import arguments

    answer = arguments()

    def document() -> "Document":
        from lstm_calc.questions.arguments import arguments_document

        return arguments_document(answer)

    return output.show(answer.data, document)
