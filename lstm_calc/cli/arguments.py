"""``lstm-calc arguments``."""

from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output


@with_options
def run(output: Output) -> int:
    from lstm_calc.questions.arguments import arguments

    answer = arguments()

    return output.show(answer)
