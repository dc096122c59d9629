"""``lstm-calc forecast``."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.numbers import read_counts
from lstm_calc.cli.output import Output
from lstm_calc.errors import LstmCalcError, ModelError


def _series(flag: str, words: str) -> Any:
    return typer.Option(flag, help=words, rich_help_panel="Series")


def _model(*flags: str, words: str, known: Callable[[], list[str]] | None = None) -> Any:
    return typer.Option(*flags, help=words, autocompletion=known, rich_help_panel="Model")


def _strategies() -> list[str]:
    from lstm_calc.questions.forecast import STRATEGIES

    return list(STRATEGIES)


def _cells() -> list[str]:
    from lstm_calc.questions.forecast import CELLS

    return list(CELLS)


def run(
    features: Annotated[str, _series("--features", "Variables per step of the series.")],
    window: Annotated[str, _series("--window", "Steps that the model reads.")],
    units: Annotated[str, _model("--units", "-u", words="Units; 64,32 is a stack of two layers.")],
    framework: str | None,
    output: Output,
    quiet: bool,
    targets: Annotated[str, _series("--targets", "Variables to forecast.")] = "1",
    horizon: Annotated[str, _series("--horizon", "Steps to forecast.")] = "1",
    length: Annotated[str | None, _series("--length", "Steps of the whole series; says how many windows there are.")] = None,
    stride: Annotated[str, _series("--stride", "Steps from one window to the next.")] = "1",
    strategy: Annotated[
        str, _model("--strategy", words="multi-output, direct, recursive, seq2seq or many-to-many.", known=_strategies)
    ] = "multi-output",
    cell: Annotated[str, _model("--cell", words="lstm, gru, rnn or mgu.", known=_cells)] = "lstm",
    every: Annotated[bool, _series("--all", "One variable and several, one step and several, side by side.")] = False,
    as_model: Annotated[bool, _model("--as-model", words="Write the model as a JSON model file.")] = False,
) -> int:
    series = {"features": features, "targets": targets, "window": window, "horizon": horizon, "length": length, "stride": stride}
    asked: dict[str, Any] = {name: read_counts(name, text, at_most=1)[0] for name, text in series.items() if text is not None}
    asked |= {"units": read_counts("units", units), "strategy": strategy, "cell": cell, "framework_name": framework}
    if every + quiet + as_model > 1:
        raise LstmCalcError("--all, --quiet and --as-model are three answers; give one of them")
    try:
        if every:
            return _side_by_side(asked, output)
        return _one(asked, output, quiet=quiet, as_model=as_model)
    except ModelError as error:
        raise LstmCalcError(f"--{error.key if error.key in asked else 'units'}: {error.without_key}") from None


def _one(asked: dict[str, Any], output: Output, *, quiet: bool, as_model: bool) -> int:
    from lstm_calc.questions.forecast import forecast

    answer = forecast(**asked)
    if as_model:
        from lstm_calc.formats.modelfile import dumps

        asked_for = asked["framework_name"]
        return output.text(dumps(answer.model.replace(framework=asked_for and answer.counted.framework)), "json")
    if quiet:
        return output.number(answer.params)

    return output.show(answer)


def _side_by_side(asked: dict[str, Any], output: Output) -> int:
    from lstm_calc.questions.forecast import set_ups

    answer = set_ups(**asked)

    return output.show(answer)


COMMAND = Command(
    run,
    group="Size and compare",
    place=140,
    help="""
        Turn a forecasting question into a model: its arrays, layers, head and windows.

        Example: lstm-calc forecast --features 5 --targets 1 --window 64 --horizon 3 --units 32
    """,
    synonyms=("predict", "timeseries", "window"),
)
