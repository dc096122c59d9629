"""A chart as a picture, drawn by matplotlib, which is asked for only here."""

from __future__ import annotations

from io import BytesIO
from itertools import cycle
from typing import TYPE_CHECKING

from lstm_calc.errors import NotInstalledError, OutputError, listed, quoted
from lstm_calc.render.chart import short

if TYPE_CHECKING:
    from lstm_calc.render.chart import Chart

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
