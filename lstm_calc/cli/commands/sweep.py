"""``lstm-calc sweep``."""

import sys
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.numbers import counted, naming, sized
from lstm_calc.cli.options import plain_reader
from lstm_calc.cli.output import Output, write_file
from lstm_calc.cli.quantities import read_batch, read_device, read_dtype
from lstm_calc.errors import LstmCalcError
from lstm_calc.render import TABLE, format_of
from lstm_calc.streams import is_terminal, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lstm_calc.model import Model
    from lstm_calc.questions.sweep import Row, Sweep

_ROWS = "Rows"
_PLOT = "Plot"
_MOST_LINES = 1_000
_LONG_WORK = 200_000


def run(
    model_later: "Callable[[dict[str, Any]], Model]",
    framework: str | None,
    batch: dict[str, Any],
    dtype: dict[str, Any],
    device: dict[str, Any],
    output: Output,
    vary: Annotated[
        list[str] | None,
        typer.Option("--vary", help="What varies, as units=16:512:16, framework=keras,pytorch or, in code, set.hidden=64,128."),
    ] = None,
    columns: Annotated[
        str, typer.Option("--columns", help="The metrics to list: params, bytes, macs, ram and step_ns.", rich_help_panel=_ROWS)
    ] = "params,bytes,macs",
    where: Annotated[
        list[str] | None, typer.Option("--where", help="Only rows such as 'params < 1M'; repeatable.", rich_help_panel=_ROWS)
    ] = None,
    sort: Annotated[
        str | None, typer.Option("--sort", help="The column to sort by; -params: largest first.", rich_help_panel=_ROWS)
    ] = None,
    top: Annotated[str | None, typer.Option("--top", help="Only the first N rows.", rich_help_panel=_ROWS)] = None,
    plot: Annotated[
        str | None,
        typer.Option(
            "--plot", help="Draw the rows into a .png, .svg or .pdf file, or on the terminal with -.", rich_help_panel=_PLOT
        ),
    ] = None,
    budget: Annotated[str | None, typer.Option("--budget", help="Draw a line at this value, as 1M.", rich_help_panel=_PLOT)] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Draw a long table without asking.", rich_help_panel=_ROWS)] = False,
) -> int:
    from lstm_calc.questions.metrics import NAMES
    from lstm_calc.questions.selection import usual_name

    names = [usual_name(name.strip(), NAMES) for name in columns.split(",")]
    question = {"framework_name": framework, "columns": names, "conditions": batch | dtype | device}
    answer = _swept(model_later, vary or [], question)
    rows = _selected(_watched(answer, output), answer.columns, where or [], sort, top)
    if plot is None and budget is not None:
        raise LstmCalcError("--budget is a line in a plot; give --plot, too, or filter by --where")
    if plot is not None:
        _check_alone(plot, output)
    code = _show(output, answer, rows, yes=yes) if plot is None else _draw(output, plot, answer, rows, budget)
    if answer.refused:
        say(f"{answer.refused:,} of {answer.total:,} rows have no numbers; the first: {answer.reason}")
    return code


def _swept(read: "Callable[[dict[str, Any]], Model]", vary: list[str], question: dict[str, Any]) -> "Sweep":
    """Return the rows, of one model or, where values of code vary, of the model for each of them."""
    of_code = [text for text in vary if text.startswith("set.")]
    axes = _axes([text for text in vary if text not in of_code])
    if of_code:
        from lstm_calc.questions.sweep import variants

        return variants(of_code, read, axes, **question)
    from lstm_calc.questions.sweep import sweep

    return sweep(read({}), axes, **question)


def _check_alone(plot: str, output: Output) -> None:
    """Raise LstmCalcError where rows are asked for beside a drawing, which takes their place."""
    if output.form != TABLE:
        raise LstmCalcError(f"--plot draws in place of the rows that --format {output.form} writes; give one of the two")
    if plot != "-" and output.file is not None:
        raise LstmCalcError("--plot writes a picture into a file of its own, and --output-file is for rows; give one of the two")


def _axes(vary: list[str]) -> dict[str, Any]:
    from lstm_calc.questions.varied import read_axis

    axes: dict[str, Any] = {}
    for text in vary:
        axis = read_axis(text)
        if axis.name in axes:
            raise LstmCalcError(f"--vary: {axis.name} varies twice; write its values in one list")
        axes[axis.name] = axis.values
    return axes


def _selected(
    rows: "Iterable[Row]", columns: "Sequence[str]", where: list[str], sort: str | None, top: str | None
) -> "Iterable[Row]":
    """Return the rows that pass every filter, in order, at most so many."""
    from lstm_calc.questions.selection import passing, ranked

    most = None if top is None else min(counted("top", top), sys.maxsize)
    with naming("--where"):
        for text in where:
            rows = passing(rows, columns, text)
    if sort is None:
        return islice(rows, most)
    with naming("--sort"):
        return ranked(rows, columns, sort, most)


def _watched(answer: "Sweep", output: Output) -> "Iterable[Row]":
    """Return all rows, with a bar on a terminal where there are many, and nothing else is written to it."""
    if answer.total < _LONG_WORK or not _is_shown(output):
        return answer
    from lstm_calc.render.chart import progress

    return progress(answer, answer.total)


def _is_shown(output: Output) -> bool:
    """Say whether standard error is a terminal that rows are not written to."""
    return is_terminal(sys.stderr) and (output.file is not None or not is_terminal(sys.stdout))


def _show(output: Output, answer: "Sweep", rows: "Iterable[Row]", *, yes: bool) -> int:
    from lstm_calc.questions.selection import held

    format_ = format_of(output.form)
    if format_.typed:
        rows = answer.plain(rows)
    if format_.rows is not None:
        return output.texts(format_.rows(answer.shown_columns, rows))
    return output.show(answer.of(held(_few(rows, yes=yes) if output.form == TABLE else rows, "give --format csv or ndjson")))


def _draw(output: Output, plot: str, answer: "Sweep", rows: "Iterable[Row]", budget: str | None) -> int:
    """Draw the rows into a picture, or here."""
    from lstm_calc.questions.selection import held
    from lstm_calc.render.chart import as_text, form_of, picture

    line = None if budget is None else (sized("--budget", budget) if answer.metrics[0] == "bytes" else counted("budget", budget))
    form = "" if plot == "-" else form_of(plot)
    chart = answer.of(held(rows, "vary less, or use --where")).chart(line)
    if not form:
        from shutil import get_terminal_size

        size = get_terminal_size()
        return output.text(as_text(chart, size.columns, size.lines - 1))
    write_file("--plot", plot, (picture(chart, form),))
    return 0


def _few(rows: "Iterable[Row]", *, yes: bool) -> "Iterable[Row]":
    """Return rows for a table; a long one is asked for, or refused where there is nobody to ask."""
    left = iter(rows)
    first = list(islice(left, _MOST_LINES + 1))
    if len(first) > _MOST_LINES and not yes:
        advice = "give --format csv, --top, or --yes"
        if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
            raise LstmCalcError(f"a table of more than {_MOST_LINES:,} rows is long; {advice}")
        if not _agreed(f"more than {_MOST_LINES:,} rows ({advice}); draw them all?"):
            raise LstmCalcError(f"no table is drawn; {advice}")
    return chain(first, left)


def _agreed(question: str) -> bool:
    """Ask on the terminal; a question that is broken off is not agreed to."""
    try:
        sys.stderr.write(f"{question} [y/N]: ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in {"y", "yes"}
    except KeyboardInterrupt:
        return False


COMMAND = Command(
    run,
    group="Size and compare",
    place=100,
    help="""
        Count the variants of a model over a grid of sizes and options, one row each.

        Example: lstm-calc sweep '64 > lstm 128' --vary units=64,128,256 --vary framework=keras,pytorch
    """,
    readers={"output": plain_reader(), "batch": read_batch, "dtype": read_dtype, "device": read_device},
    synonyms=("grid", "scan", "vary", "table"),
)
