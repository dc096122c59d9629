"""Curves drawn as text, or by matplotlib as a picture, and a bar of progress; nothing here knows what an LSTM is."""

from __future__ import annotations

from bisect import bisect_left
from io import BytesIO
from itertools import cycle
from typing import TYPE_CHECKING, TypeVar

from lstm_calc.errors import NotInstalledError, OutputError, listed, quoted
from lstm_calc.render.document import Shown
from lstm_calc.render.words import batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MARKS = "*o+x#@%&=~"
_LEAST_WIDTH, _LEAST_HEIGHT = 20, 5
_MOST_WIDTH, _MOST_HEIGHT = 1000, 500
_POWERS = ((12, "T"), (9, "G"), (6, "M"), (3, "k"))
MOST_CURVES = len(_MARKS)
"""How many curves can be told apart."""


class Curve(Shown):
    """One curve: points (x, y) from left to right, and its name in the legend, empty where there is only one."""

    name: str
    points: tuple[tuple[int, int], ...]


class Chart(Shown):
    """Curves over labelled axes, and the height of a line across them."""

    title: str
    x: str
    y: str
    curves: tuple[Curve, ...]
    line: int | None = None
    line_name: str = ""


def short(number: int) -> str:
    """Return a number in at most three digits and a letter, for a tick.

    >>> short(950), short(1500), short(12_345_678)
    ('950', '1.5k', '12.3M')
    """
    for power, letter in _POWERS:
        if number >= 10**power:
            whole, tenth = divmod((10 * number + 10**power // 2) // 10**power, 10)
            return f"{whole}.{tenth}{letter}" if tenth and whole < 100 else f"{(number + 10**power // 2) // 10**power}{letter}"
    return str(number)


def as_text(chart: Chart, width: int, height: int) -> str:
    """Return a chart in characters, about so many columns wide and lines high: a mark per curve, and dashes for the line.

    However large or small the screen says it is, the canvas has from 20 to 1,000 columns and from 5 to 500 lines.
    """
    points = [point for curve in chart.curves for point in curve.points]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top = max(*(y for _, y in points), chart.line or 0, 1)
    gutter = max(len(short(top)), len(short(top // 2)))
    columns = min(max(width - gutter - 2, _LEAST_WIDTH), _MOST_WIDTH)
    lines = min(max(height - 4 - len(_legend(chart)), _LEAST_HEIGHT), _MOST_HEIGHT)
    canvas = [[" "] * columns for _ in range(lines)]
    if chart.line is not None:
        canvas[_line_of(chart.line, top, lines)] = ["-"] * columns
    for mark, curve in zip(_MARKS, chart.curves, strict=False):
        for column in range(columns):
            y = _height_at(curve, left + (right - left) * column / max(columns - 1, 1))
            if y is not None:
                canvas[_line_of(y, top, lines)][column] = mark
    ticks = {0: short(top), lines // 2: short(round(top * (1 - lines // 2 / (lines - 1)))), lines - 1: "0"}
    body = [f"{ticks.get(at, ''):>{gutter}} |{''.join(line)}".rstrip() for at, line in enumerate(canvas)]
    return "\n".join([chart.title, chart.y, *body, *_foot(chart, gutter, columns, left, right)]) + "\n"


def _foot(chart: Chart, gutter: int, columns: int, left: int, right: int) -> list[str]:
    """Return what stands under the canvas: the axis with its ends, and the legend."""
    ends = f"{short(left)}{chart.x.center(columns - len(short(left)) - len(short(right)))}{short(right)}"
    margin = " " * (gutter + 2)
    return [f"{' ' * gutter} +{'-' * columns}", f"{margin}{ends}", *(f"{margin}{words}" for words in _legend(chart))]


def _legend(chart: Chart) -> list[str]:
    named = [f"{mark} {curve.name}" for mark, curve in zip(_MARKS, chart.curves, strict=False) if curve.name]
    return named + ([f"- {chart.line_name}"] if chart.line is not None else [])


def _line_of(y: float, top: int, lines: int) -> int:
    return lines - 1 - round(y / top * (lines - 1))


def _height_at(curve: Curve, x: float) -> float | None:
    """Return the height of a curve between its points; None beside them."""
    at = bisect_left(curve.points, x, key=lambda point: point[0])
    if at < len(curve.points) and curve.points[at][0] == x:
        return curve.points[at][1]
    if at in {0, len(curve.points)}:
        return None
    (before, low), (after, high) = curve.points[at - 1 : at + 1]
    return low + (high - low) * (x - before) / (after - before)


FORMATS = ("png", "svg", "pdf")
_FEW = 12
_STYLES = ("-", "--")
"""In turn, so that a curve that lies on the one before leaves it to be seen."""


def form_of(path: str) -> str:
    """Return the format that a file's name asks for; raise OutputError for any other."""
    form = path.rpartition(".")[2].lower()
    if form not in FORMATS:
        endings = listed([f".{each}" for each in FORMATS], "or")
        raise OutputError(f"--plot: {quoted(path)} is not the name of a picture; it ends in {endings}, or is - for here")
    return form


def picture(chart: Chart, form: str, size: tuple[float, float] = (8.0, 5.0)) -> bytes:
    """Return a chart as a file of one of ``FORMATS``, of a size in inches; raise NotInstalledError without matplotlib."""
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
        from matplotlib.ticker import MaxNLocator
    except ImportError:
        raise NotInstalledError("a picture needs matplotlib, which is not installed here; pip install 'lstm-calc[plot]'") from None
    with rc_context({"svg.hashsalt": "lstm-calc", "pdf.compression": 6}):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        for curve, style in zip(chart.curves, cycle(_STYLES), strict=False):
            few = len(curve.points) <= _FEW
            axes.plot(*zip(*curve.points, strict=True), style, label=curve.name or None, marker="." if few else None)
        if chart.line is not None:
            axes.axhline(chart.line, color="0.3", linestyle=":", linewidth=1.5, label=chart.line_name)
        axes.set(title=chart.title, xlabel=chart.x, ylabel=chart.y)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(lambda value, _: short(round(value)))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
        axes.grid(visible=True, alpha=0.3)
        if any(curve.name for curve in chart.curves) or chart.line is not None:
            figure.legend(fontsize="small", loc="outside right upper", frameon=False)
        out = BytesIO()
        dated = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
        figure.savefig(out, format=form, dpi=150, metadata=dated[form])
    return out.getvalue()


Item = TypeVar("Item")


def progress(items: Iterable[Item], total: int) -> Iterator[Item]:
    """Yield the items while a bar shows how many of the total have been taken."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        for batch in batches(items):
            yield from batch
            bar.advance(task, len(batch))
