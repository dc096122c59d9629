"""What a person sees, word for word: each screen once, on a terminal of 80 columns; and one document in every format."""

from __future__ import annotations

import io
import re
import shlex
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from lstm_calc import inspect
from lstm_calc.errors import LstmCalcError, OutputError
from lstm_calc.formats import notation
from lstm_calc.questions.frameworks import support_of
from lstm_calc.questions.inspect import Inspection
from lstm_calc.questions.schemas import schema_list
from lstm_calc.questions.sweep import sweep
from lstm_calc.questions.verify import GateCheck, TensorMismatch, Verification
from lstm_calc.render import as_table, format_of
from lstm_calc.render.chart import Chart, Curve, as_text, form_of, picture, progress, short
from lstm_calc.render.document import Block, Column, Document, Edge, Graph, Line, Node, Table
from lstm_calc.schemas import schema, schema_names
from tests.conftest import Terminal
from tests.screens import EXIT, FILES, SCREENS, STDERR

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lstm_calc.render.document import Kind, Value
    from tests.conftest import Cli, Screen


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with the files that the calls read."""
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)


@pytest.mark.spread(48)
@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen(screen: Screen, golden: Callable[[str, str], None], capsys: pytest.CaptureFixture[str], name: str) -> None:
    shown, code = screen(*shlex.split(SCREENS[name]))
    golden(f"{name}.txt", shown)
    assert (code, capsys.readouterr().err) == (EXIT.get(name, 0), STDERR.get(name, ""))


CODE = {
    "keras-pytorch": "'8 > lstm 4 > dense 2' --from keras --to pytorch",
    "pytorch-keras": "'8 > bilstm 4 > dense 2' --from pytorch --to keras",
    "pytorch-flax": "'8 > gru 4' --from pytorch --to flax-linen",
    "flax-pytorch": "'8 > gru 4' --from flax-linen --to pytorch",
    "haiku-keras": "'8 > lstm 4 > gru 2' --from haiku --to keras",
    "keras-haiku": "'3 > conv_lstm 2 kernel=3x2' --from keras --to haiku",
    "onnx-cudnn": "'8 > bigru 4 reset_after' --from onnx --to cudnn",
    "cudnn-onnx": "'8 > bilstm 4' --from cudnn --to onnx",
    "onnx-tflite": "'8 > lstm 4 coupled' --from onnx --to tflite",
    "tensorflow1-keras": "'8 > lstm 4 > gru 3' --from tensorflow1 --to keras",
    "pytorch-tensorflow1": "'8 > lstm 4 proj=2' --from pytorch --to tensorflow1",
}


@pytest.mark.parametrize("name", CODE)
def test_the_whole_code_of_a_port(cli: Cli, golden: Callable[[str, str], None], name: str) -> None:
    golden(f"code-{name}.py.txt", cli("port", *shlex.split(CODE[name]), "--code").stdout)


def shown(document: Document, form: str) -> str:
    return format_of(form).render(document, io.StringIO())


MODEL = notation.read("8 > lstm 4 x2")
VERIFIED = {
    "differs": Verification(
        MODEL, "onnx", "9.9", 1_234, (TensorMismatch("R", (1, 16, 4), (1, 16, 5)), TensorMismatch("B", None, (3,))), ()
    ),
    "theirs": Verification(MODEL, "keras", "3.1", 4, (TensorMismatch("b", (16,), None),), ()),
    "agrees": Verification(MODEL, "pytorch", "2.13", 8, (), (GateCheck("lstm", 1.25e-7), GateCheck("gru", 3e-8))),
    "runs": Verification(MODEL, "haiku", "0.0.16", 2, (), (GateCheck("lstm", 0.5),)),
}


@pytest.mark.parametrize("name", VERIFIED)
def test_whole_verdicts(golden: Callable[[str, str], None], name: str) -> None:
    document = VERIFIED[name].document()
    golden(f"verify-{name}.txt", shown(document, "table"))


KINDS: dict[Kind, tuple[Value, ...]] = {
    "text": ("a | b_c", None, "=1+1", "<i> & 'x'", "-", "all"),
    "number": (1, 1_234_567, 0, None, -5, 1_234_563),
    "shape": ((3, 4), (5,), (None, 7), None, (), None),
    "slice": (((0, 4, 8), (0, 3, 3)), ((4, 8, 8),), None, None, None, None),
    "share": (0.5, 0.25, 1.5, None, 0.0, 1.0),
    "error": (1.25e-7, 0.5, None, None, 0.0, None),
    "bytes": (12, 2_000, 3 * 2**20, None, 0, 3_147_740),
    "seconds": (90.0, 0.00000346, 1e-9, None, 4562.0, 1.0),
    "ratio": (0.5369, 14.42359, 12_345.6, None, 1e20, 999.5),
    "delta": (5, -1_234, 0, None, 1, -1_228),
    "change": (0.5, -0.126, 0.0, None, 12.0, 1.0),
}
EVERY_KIND = Table(
    (Column("way", "way", grouped=True), *(Column(f"a_{kind}", f"a title for {kind}", kind) for kind in KINDS)),
    tuple(
        Line((way, *(values[at] for values in KINDS.values())), sum_)
        for at, (way, sum_) in enumerate(
            (("one", ""), ("one", ""), ("two", ""), ("two", ""), ("two", "subtotal"), ("two", "total")),
        )
    ),
)
HIDDEN = Table((Column("a", "a", shown=False), Column("b", "b")), (Line((1, None)),))
GRAPH = Graph(
    "stack <1>",
    (Node("in", ("in",), end=True), Node("a", ("a", '"b" & #c')), Node("d", ("d",)), Node("out", ("out",), end=True)),
    (Edge("in", "a", "(3, 4)"), Edge("a", "d"), Edge("in", "d", "x<y"), Edge("d", "out", "(5)")),
)
SECTION = Document(
    "Section & more",
    (HIDDEN, Table((Column("k", "one fact"), Column("n", "number of it", "number")), (Line(("v", 1_000)),))),
    ("a note of 5 % & <more>",),
    body=(Block("deeper", "heading"), Block("and said `x[t]`")),
    sections=(Document("Within", (), (), (GRAPH,)),),
)
ALL_OF_IT = Document(
    "A [title] | of *all* #1",
    (EVERY_KIND,),
    ("[a] note_1 $x$", "another ~note~"),
    (GRAPH,),
    (
        Block("Heading with `W`", "heading"),
        Block("Text with `f[t] = σ(W_f x[t-1] + b'_f) × 1000` in it."),
        Block("More <text> & `W_projection ⊙ (a + b)`."),
        Block("one `a_1`", "item"),
        Block("two", "item"),
        Block("h[t] = o[t] ⊙ tanh(c[t]) · 12345 ∗ x → [y] < 3", "formula"),
        Block("12 × (units + kernel_1) = 1234", "formula"),
        Block("Below."),
    ),
    (SECTION, Document("Last", (), ())),
)
ENDINGS = {
    "table": "txt",
    "csv": "csv",
    "ndjson": "ndjson",
    "markdown": "md",
    "latex": "tex",
    "html": "html",
    "mermaid": "mmd",
    "svg": "svg",
}


@pytest.mark.parametrize("form", ENDINGS)
def test_a_document_of_every_kind_of_value(golden: Callable[[str, str], None], form: str) -> None:
    text = shown(ALL_OF_IT.replace(graphs=()) if form == "svg" else ALL_OF_IT, form)
    if form == "svg":
        picture = ET.fromstring(text)  # noqa: S314  our own text
        text = "".join(
            f"{(node.text or '').replace(chr(160), ' ').rstrip()}\n" for node in picture.iter() if node.tag.endswith("text")
        )
    golden(f"all.{ENDINGS[form]}", text)


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch):
    """Return a function that renders a document for a terminal of a width, what is bold between « », what is dim between { }."""
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def render(document: Document, width: int, stream: io.StringIO | None = None) -> str:
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr(sys, "stdout", stream or Terminal())
        text = re.sub(r"\x1b\[[12]m( *)\x1b\[0m", r"\1", format_of("table").render(document, sys.stdout))
        marked = re.sub(r"\x1b\[1m([^\x1b]*)\x1b\[0m", r"«\1»", text)
        return re.sub(r" +$", "", re.sub(r"\x1b\[2m([^\x1b]*)\x1b\[0m", r"{\1}", marked), flags=re.MULTILINE)

    return render


NARROW = ALL_OF_IT.replace(
    tables=(
        Table(
            (Column("layer", "layer", grouped=True), Column("n", "parameters of it", "number"), Column("w", "words")),
            (Line(("a", 1, "x")), Line(("a", 2, None)), Line(("b", 3_000, "\x1b")), Line(("total", 3_003, None), "total")),
        ),
    ),
    sections=(Document("Section", (), ()),),
)
WIDTH = 26
"""Of the table of ``NARROW``."""


@pytest.mark.parametrize("width", [WIDTH + 1, WIDTH, WIDTH - 1, 2, 200])
def test_a_document_on_a_terminal(on_terminal: Callable[..., str], golden: Callable[[str, str], None], width: int) -> None:
    golden(f"terminal-{width}.txt", on_terminal(NARROW, width))


def test_a_long_table_on_a_terminal(
    on_terminal: Callable[..., str], golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is drawn as plain lines, the second by rich."""
    monkeypatch.setattr(as_table, "_MOST_BY_RICH", 40)
    (table,) = NARROW.tables
    lines = (*(Line((f"l{number // 20}", number, "日本")) for number in range(40)), *table.lines[2:])
    document = Document("Long", (table.replace(lines=lines), table), ("a note of several words",))
    golden("terminal-long.txt", on_terminal(document, WIDTH))


@pytest.mark.parametrize(
    ("encoding", "words"), [("utf-8", "σ × ⊙"), ("UTF-16", "σ × ⊙"), (None, "σ × ⊙"), ("ascii", "sigmoid x *")]
)
def test_signs_are_those_that_the_stream_has(on_terminal: Callable[..., str], encoding: str | None, words: str) -> None:
    stream = Terminal()
    stream.encoding = encoding
    assert on_terminal(Document("t", (), ("σ × ⊙",)), 80, stream).splitlines() == ["«t»", words]


CHARTS = {
    "two": Chart(
        "A title",
        "units",
        "parameters",
        (Curve("one", ((0, 0), (100, 1_000))), Curve("two", ((0, 500), (50, 500)))),
        250,
        "budget 250",
    ),
    "alone": Chart("t", "x", "y", (Curve("", ((7, 12_345_678),)),)),
    "high": Chart("t", "x", "y", (Curve("", ((1, 0), (2, 0), (4, 0))),), 1_500_000, "budget"),
    "many": Chart("t", "x", "y", tuple(Curve(f"curve {at}", ((0, at), (5, 2 * at), (9, at))) for at in range(10))),
    "nothing": Chart("t", "x", "y", (Curve("", ((0, 0),)),), 0, "none"),
}


@pytest.mark.parametrize("size", [(40, 16), (1, 1), (64, 24)])
@pytest.mark.parametrize("name", ["two", "alone", "high", "many"])
def test_whole_charts(golden: Callable[[str, str], None], name: str, size: tuple[int, int]) -> None:
    golden(f"chart-{name}-{size[0]}.txt", as_text(CHARTS[name], *size))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        *(
            (0, "0"),
            (999, "999"),
            (1_000, "1k"),
            (1_049, "1k"),
            (1_050, "1.1k"),
            (9_950, "10k"),
            (10_500, "10.5k"),
            (99_949, "99.9k"),
        ),
        *((99_950, "100k"), (100_100, "100k"), (100_500, "101k"), (999_499, "999k"), (10**6 - 1, "1000k"), (10**6, "1M")),
        *((1_250_000, "1.3M"), (10**9, "1G"), (2_500_000_000, "2.5G"), (10**12 - 1, "1000G"), (10**12, "1T"), (10**15, "1000T")),
    ],
)
def test_a_tick_has_three_digits(number: int, words: str) -> None:
    assert short(number) == words


def drawing(monkeypatch: pytest.MonkeyPatch, chart: Chart, form: str = "png", **more: Any) -> tuple[Any, dict[str, Any]]:
    """Return the figure that a chart is drawn as, and how it is saved."""
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is installed where pictures are drawn")
    saved: list[tuple[Any, dict[str, Any]]] = []

    def savefig(figure: Any, out: io.BytesIO, **settings: Any) -> None:
        rc = {name: matplotlib.rcParams[name] for name in ("svg.hashsalt", "pdf.compression")}
        saved.append((figure, settings | rc))
        out.write(b"a picture")

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", savefig)
    assert picture(chart, form, **more) == b"a picture"
    return saved[0]


def test_a_picture_has_curves_and_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    long = Curve("long", tuple((at, at) for at in range(13)))
    edge = Curve("edge", tuple((at, 2 * at) for at in range(12)))
    figure, _ = drawing(monkeypatch, CHARTS["two"].replace(curves=(*CHARTS["two"].curves, long, edge)))
    (axes,) = figure.axes
    one, two, third, fourth, line = axes.lines
    assert [each.get_label() for each in axes.lines] == ["one", "two", "long", "edge", "budget 250"]
    assert [each.get_linestyle() for each in axes.lines] == ["-", "--", "-", "--", ":"]
    assert [each.get_marker() for each in (one, two, third, fourth)] == [".", ".", "None", "."]
    assert one.get_xydata().tolist() == [[0, 0], [100, 1_000]]
    assert (list(line.get_ydata()), line.get_color(), line.get_linewidth()) == ([250, 250], "0.3", 1.5)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["one", "two", "long", "edge", "budget 250"]
    assert not figure.legends[0].get_frame_on()
    assert figure.legends[0].prop.get_size() < 10
    figure.draw_without_rendering()
    legend, plot = figure.legends[0].get_window_extent(), axes.get_window_extent()
    assert legend.x0 > plot.x1
    assert legend.y1 > 0.98 * figure.bbox.height


def test_a_picture_has_its_axes_named_and_from_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    chart = CHARTS["two"].replace(curves=(Curve("one", ((10, 400), (25_000, 1_234_567))),))
    figure, _ = drawing(monkeypatch, chart)
    (axes,) = figure.axes
    assert (axes.get_title(), axes.get_xlabel(), axes.get_ylabel()) == ("A title", "units", "parameters")
    assert axes.get_ylim()[0] == 0
    assert axes.yaxis.get_major_formatter()(1_250_000.4, 0) == "1.3M"
    assert axes.xaxis.get_major_formatter()(1_250_000.4, 0) == "1,250,000"
    assert axes.xaxis.get_major_locator().tick_values(0, 3).tolist() == [0, 1, 2, 3]
    assert len(axes.xaxis.get_major_locator().tick_values(0, 8)) == 9
    assert all(line.get_visible() and line.get_alpha() == 0.3 for line in axes.get_xgridlines() + axes.get_ygridlines())


@pytest.mark.parametrize(
    ("chart", "legends"),
    [
        (CHARTS["alone"], 0),
        (CHARTS["two"].replace(line=None), 1),
        (CHARTS["high"], 1),
        (CHARTS["high"].replace(line=None), 0),
        (CHARTS["nothing"], 1),
    ],
)
def test_a_picture_has_a_legend_where_there_are_names(monkeypatch: pytest.MonkeyPatch, chart: Chart, legends: int) -> None:
    figure, _ = drawing(monkeypatch, chart)
    assert len(figure.legends) == legends
    assert [line.get_label() for line in figure.axes[0].lines if line.get_label() == chart.line_name] == (
        [chart.line_name] if chart.line is not None else []
    )


@pytest.mark.parametrize(("form", "metadata"), [("png", {}), ("svg", {"Date": None}), ("pdf", {"CreationDate": None})])
def test_a_picture_is_saved_without_a_date(monkeypatch: pytest.MonkeyPatch, form: str, metadata: dict[str, None]) -> None:
    figure, settings = drawing(monkeypatch, CHARTS["two"], form)
    assert settings == {"format": form, "dpi": 150, "metadata": metadata, "svg.hashsalt": "lstm-calc", "pdf.compression": 6}
    assert figure.get_size_inches().tolist() == [8, 5]
    assert type(figure.get_layout_engine()).__name__ == "ConstrainedLayoutEngine"
    assert drawing(monkeypatch, CHARTS["two"], form, size=(3, 2))[0].get_size_inches().tolist() == [3, 2]


@pytest.mark.parametrize(("path", "form"), [("a.png", "png"), ("x.y.SVG", "svg"), ("b/c.d/e.pdf", "pdf")])
def test_the_form_of_a_picture(path: str, form: str) -> None:
    assert form_of(path) == form


@pytest.mark.parametrize("path", ["a.gif", "pn", "a.png/b"])
def test_what_is_no_name_of_a_picture(path: str) -> None:
    with pytest.raises(OutputError) as raised:
        form_of(path)
    assert str(raised.value) == f"--plot: '{path}' is not the name of a picture; it ends in .png, .svg or .pdf, or is - for here"


def test_colours_are_for_the_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert format_of("table").render(Document("t", (), ()), Terminal()) == "t\n"


def test_a_schema_list_says_what_it_is() -> None:
    answer = schema_list().data()
    assert answer["schema"] == "lstm-calc/schemas/1"
    assert {"name": "params", "title": "The parameters of a model by layer and gate"} in answer["schemas"]
    assert [each["name"] for each in answer["schemas"]] == schema_names()


def test_a_schema_needs_no_other_file() -> None:
    report = schema("report")
    assert sorted(report["$defs"]) == sorted(f"{name}.json" for name in ("check", "cost", "params", "shapes", "solve", "tensors"))
    with pytest.raises(LstmCalcError) as raised:
        schema("parms")
    assert str(raised.value) == "'parms' is not a schema; did you mean 'params'?"


def test_whole_charts_have_a_top_above_zero() -> None:
    assert as_text(CHARTS["nothing"], 1, 1).splitlines()[2] == "1 |"


def test_a_sweep_of_many_curves_has_a_mark_for_each() -> None:
    axes = {"units": [2, 1], "batch": range(1, 12)}
    answer = sweep(notation.read("8 > lstm 4"), axes, columns=["macs"])
    rows = [(units, batch, 10 * batch + units) for units in (2, 1) for batch in range(1, 12)]
    chart = answer.of(row for row in rows if row[1] < 11).chart()
    assert [curve.name for curve in chart.curves] == [f"batch {batch}" for batch in range(1, 11)]
    assert chart.curves[0].points == ((1, 11), (2, 12))
    assert (chart.title, chart.x, chart.y, chart.line, chart.line_name) == ("Variants of 8 > lstm 4", "units", "MACs", None, "")
    with pytest.raises(LstmCalcError) as raised:
        answer.of(rows).chart()
    assert str(raised.value) == "a plot has at most 10 curves, and these are 11; vary less, or use --where"


def test_a_sweep_is_drawn_over_the_first_size_that_varies() -> None:
    model = notation.read("8 > gru 4")
    answer = sweep(model, {"reset_after": [False, True], "layers": [3], "units": [1, 2]}, columns=["params", "macs"])
    chart = answer.of(answer).chart(7_000)
    assert (chart.x, chart.y, chart.line, chart.line_name) == ("units", "parameters", 7_000, "budget 7,000")
    assert [curve.name for curve in chart.curves] == ["reset after false, layers 3", "reset after true, layers 3"]
    assert [curve.points[0] for curve in chart.curves] == [(1, 3 * (8 + 1 + 1) + 2 * 3 * 3), (1, 3 * (8 + 1 + 1) + 2 * 3 * 3 + 3)]
    with pytest.raises(LstmCalcError) as raised:
        sweep(model, {"units": [4], "reset_after": [False, True]}).of([]).chart()
    assert str(raised.value) == "a plot needs a size that varies, such as --vary units=16:512:16"


def test_a_sweep_without_numbers_or_with_too_large_ones_is_not_drawn() -> None:
    model = notation.read("8 > lstm 4")
    answer = sweep(model, {"units": [1, 2]}, columns=["params"])
    assert answer.of([(1, 10**300), (10**300, 2), (3, None)]).chart().curves[0].points == ((1, 10**300), (10**300, 2))
    for rows in ([(1, 10**300 + 1)], [(10**300 + 1, 1)]):
        with pytest.raises(LstmCalcError) as raised:
            answer.of(rows).chart()
        assert str(raised.value) == "a plot shows numbers up to 10**300, and some here are larger"
    with pytest.raises(LstmCalcError) as raised:
        answer.of([(1, None), (None, 2)]).chart()
    assert str(raised.value) == "there is nothing to plot: no row is left that has numbers"


@pytest.mark.parametrize(("width", "lines"), [(13, ["    a = b + c"]), (12, ["    a", "      = b", "        + c"])])
def test_a_document_breaks_a_formula_that_is_wider(on_terminal: Callable[..., str], width: int, lines: list[str]) -> None:
    assert on_terminal(Document("t", (), (), body=(Block("a = b + c", "formula"),)), width).splitlines() == ["«t»", *lines]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a"])
def test_a_document_in_csv_has_no_formula_for_a_spreadsheet(text: str) -> None:
    table = Table((Column("a", "a"), Column("b", "b", "number")), (Line((text, -1)), Line((f"a{text}", 1))))
    assert shown(Document("t", (table,), ()), "csv") == f"a,b\n'{text},-1\na{text},1\n"


def test_a_document_in_html_has_a_full_bar_for_a_whole_share() -> None:
    lines = tuple(Line(("a", share)) for share in (1.0, 1.01, 0.5))
    page = shown(Document("t", (Table((Column("a", "a"), Column("s", "s", "share")), lines),), ()), "html")
    assert re.findall(r'style="([^"]*)"', page) == [
        "--length: 1.0000",
        "--length: 1.0000; --bar: var(--over)",
        "--length: 0.5000",
    ]


def test_a_bar_shows_how_far_the_work_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert list(progress(range(2_500), 5_000)) == list(range(2_500))
    said = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", sys.stderr.getvalue())
    assert re.findall(r"[0-9]+%", said)[-1] == "50%"
    assert "None" not in said
    assert sys.stderr.getvalue().endswith("\x1b[2K")


def test_a_document_in_svg_is_as_high_as_its_lines_and_printed_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    document = Document("t", (), ("one", "two"))
    text = shown(document, "svg")
    assert re.findall(r'clip-path="url\(#lstm-calc-line-(\d+)\)"', text) == [*"001122"]
    assert re.search(r"<style>\s*\.lstm-calc-", text)
    assert "@font-face" not in text
    assert ">lstm-calc<" in text
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("form", ["markdown", "ndjson"])
@pytest.mark.parametrize("line", [(1,), (1, 2, 3)])
def test_a_document_has_no_row_that_its_columns_do_not_name(form: str, line: tuple[int, ...]) -> None:
    columns = (Column("a", "a", "number"), Column("b", "b", "number"))
    assert len("".join(format_of(form).rows(columns, [(1, 2), (3, 4)])).splitlines()) >= 2
    with pytest.raises(ValueError, match="zip"):
        list(format_of(form).rows(columns, [line]))


def test_a_framework_without_a_release_has_no_blank_in_its_title() -> None:
    assert support_of("textbook").document().title == "textbook: the textbooks' equations"


def test_a_document_in_latex_has_the_letters_that_its_font_has() -> None:
    assert r"\section*{ÿ U+0100}" in shown(Document("ÿ Ā", (), ()), "latex")


def test_a_verdict_on_a_terminal_has_a_colour(on_terminal: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(
        (Column("a", "a"), Column("b", "b", "verdict")), (Line(("x", "fits")), Line(("y", "over")), Line(("z", "unchecked")))
    )
    text = on_terminal(Document("t", (table,), ()), 80)
    assert "x  \x1b[32m✓ fits\x1b[0m" in text
    assert "y  \x1b[31m✗ over\x1b[0m" in text
    assert "z  \x1b[33m– unchecked\x1b[0m" in text
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in on_terminal(Document("t", (table,), ()), 80)
    in_ascii = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    rows = format_of("table").render(Document("t", (table,), ()), in_ascii).splitlines()[-4:-1]
    assert [row.split()[1] for row in rows] == ["|+", "|x", "|-"]


def test_a_document_on_a_terminal_has_no_colour_for_numbers(on_terminal: Callable[..., str]) -> None:
    table = Table((Column("a", "#1 'x' True"),), (Line(("10 of 12",)),))
    assert on_terminal(Document("2", (table,), ("a 3",)), 80).splitlines() == [
        *("«2»", "", " «#1 'x'  »", " «True    »", " ────────", " 10 of 12", "", "a 3"),
    ]


@pytest.mark.usefixtures("files")
def test_whole_answers_name_every_candidate() -> None:
    (file,) = inspect("ambiguous.npz").files
    layers = (file.layers[0].replace(candidates=("3 > gru 4", "3 > mgu 6")),)
    notes = Inspection((file.replace(layers=layers),)).document().notes
    assert "lstm: could as well be 3 > gru 4 or 3 > mgu 6" in notes
