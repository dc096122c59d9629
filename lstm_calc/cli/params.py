"""``lstm-calc params``."""

from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output
from lstm_calc.model import Model
from lstm_calc.streams import say


@with_options
def run(model: Model, framework: str | None, output: Output, quiet: bool) -> int:
    if quiet and model.is_known:
        from lstm_calc.frameworks.counting import count

        return output.number(count(model, framework))
    from lstm_calc.questions.params import params, uncounted_words

    answer = params(model, framework)
    if answer.total is None:
        say(f"warning: {uncounted_words(answer)}")
    if not quiet:
        output.show(answer)
    elif answer.total is not None:
        output.number(answer.total)
    return int(answer.total is None)
