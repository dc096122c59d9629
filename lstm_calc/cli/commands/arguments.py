"""``lstm-calc arguments``."""

from lstm_calc.cli.commands import Command
from lstm_calc.cli.output import Output


def run(output: Output) -> int:
    from lstm_calc.questions.arguments import arguments

    answer = arguments()

    return output.show(answer)


COMMAND = Command(
    run,
    group="Reference",
    place=170,
    help="""
        Show every argument of keras.layers.LSTM and torch.nn.LSTM, what it changes and its counterpart in the other.

        Example: lstm-calc arguments --format markdown
    """,
    synonyms=("args", "options"),
)
