"""What ``sweep`` lists: the rows of a grid, each as if it had been counted alone; which of them, in what order, and how drawn."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc import LstmCalcError, Model, read, sweep
from lstm_calc.cli import app
from lstm_calc.cli.commands import sweep as command
from lstm_calc.dtypes import DTYPES
from lstm_calc.errors import FrameworkError, ModelError, NotInstalledError
from lstm_calc.frameworks import FRAMEWORKS
from lstm_calc.frameworks.counting import count
from lstm_calc.model import Recurrent
from lstm_calc.operations import macs_of
from lstm_calc.questions import selection
from lstm_calc.questions import sweep as questions
from lstm_calc.questions.metrics import metrics
from lstm_calc.questions.params import params
from lstm_calc.questions.selection import ranked, read_filter
from lstm_calc.questions.sweep.polynomials import NoPolynomialError, along_last, closed_form, nodes_of, value_at
from lstm_calc.questions.varied import NAMES, Axis, long_axis, read_axis, varied
from lstm_calc.render import format_of
from lstm_calc.render.chart import Chart, Curve, as_text, short
from tests.strategies import models

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

MODEL = read("64 > lstm 128 > dense 10")
sizes = st.lists(st.integers(1, 60), min_size=1, max_size=6)
AXES = {
    "units": sizes,
    "layers": st.lists(st.integers(1, 5), min_size=1, max_size=5),
    "input": sizes,
    "projection": st.lists(st.none() | st.integers(1, 60), min_size=1, max_size=4),
    "framework": st.lists(st.sampled_from(list(FRAMEWORKS)), min_size=1, max_size=3),
    "cell": st.lists(st.sampled_from(["lstm", "gru", "rnn"]), min_size=1, max_size=3),
    "bias": st.just([True, False]),
    "bidirectional": st.just([True, False]),
    "steps": sizes,
    "dtype": st.just(["float16", "int4"]),
}


@given(data=st.data())
def test_rows_in_which_an_image_or_steps_become_features_are_counted_as_such(data: st.DataObject) -> None:
    layer = data.draw(
        st.sampled_from(
            [
                "conv_lstm 4 kernel=3x3 > dense 5 in=64",
                "conv_lstm 4 kernel=3x3 > lstm 5 in=64",
                "lstm 8 sequences > dense 5 in=64",
                "lstm 8 > lstm 5 in=64",
            ]
        )
    )
    model, space = read(f"3 > {layer}"), (6, 6) if layer.startswith("conv") else ()
    names = data.draw(st.permutations(["units", "steps"]))
    answer = sweep(model, {name: range(1, 11) for name in names}, "keras", columns=["macs"], conditions={"space": space})
    for row in answer:
        now = dict(zip(answer.columns, row, strict=True))
        widened, _ = varied(model, "keras", {"units": now["units"]})
        assert now["macs"] == metrics(space=space, steps=now["steps"])["macs"].of(widened, "keras")


@given(data=st.data())
def test_every_row_is_what_is_counted_alone(data: st.DataObject) -> None:
    model = data.draw(models())
    widths = {layer.output for layer in model.layers if isinstance(layer, Recurrent)}
    axes = sorted(AXES) if len(widths) == 1 else sorted(AXES.keys() - {"layers"})  # which width to repeat would not be clear
    names = data.draw(st.lists(st.sampled_from(axes), min_size=1, max_size=4, unique=True))
    answer = sweep(model, {name: data.draw(AXES[name]) for name in names})
    rows = list(answer)
    assert len(rows) == answer.total
    refused = 0
    for row in rows:
        settings = {axis.name: axis.values[axis.words.index(word)] for axis, word in zip(answer.axes, row, strict=False)}
        expected = alone(model, settings)
        assert row[len(names) :] == (expected or (None, None, None))
        refused += expected is None
    assert answer.refused == refused
    assert bool(answer.reason) == bool(refused)


def alone(model: Model, settings: dict[str, Any]) -> tuple[int, ...] | None:
    """Return the metrics of one row, counted without any sweep."""
    ran = {name: settings.pop(name) for name in ("steps", "dtype") if name in settings}
    try:
        changed, framework = varied(model, "textbook", settings)
        found = tuple(metrics(**ran)[name].of(changed, framework) for name in questions.COLUMNS)
        assert found[0] == params(changed, framework).total
    except (ModelError, FrameworkError):
        return None
    return found


def test_rows_run_with_the_last_axis_fastest() -> None:
    rows = list(sweep(MODEL, {"units": [3, 1, 2], "framework": ["keras", "pytorch"], "layers": range(1, 3)}, columns=["params"]))
    assert [row[:3] for row in rows] == [(u, f, n) for u in (3, 1, 2) for f in ("keras", "pytorch") for n in (1, 2)]
    assert all(row[3] == count(read(f"64 > lstm {row[0]} x{row[2]} > dense 10"), str(row[1])) for row in rows)


def test_a_long_axis_is_not_held() -> None:
    for vary in ({"units": range(1, 10**9), "bias": [True]}, {"bias": [True], "units": range(1, 10**9)}):
        assert next(iter(sweep(MODEL, vary, columns=["params"])))[-1] == count(read("64 > lstm 1 > dense 10"))


@pytest.mark.parametrize(
    ("settings", "notation", "framework"),
    [
        ({"units": 5, "layers": 2}, "64 > lstm 5 x2 > dense 10", "textbook"),
        ({"input": 7, "output": 3}, "7 > lstm 128 > dense 3", "textbook"),
        ({"cell": "gru", "reset_after": True, "framework": "keras"}, "64 > gru 128 reset_after > dense 10", "keras"),
        ({"projection": 8, "peephole": True, "coupled": True}, "64 > lstm 128 proj=8 peephole coupled > dense 10", "textbook"),
        ({"bidirectional": True, "merge": "sum", "bias": False}, "64 > bilstm 128 merge=sum nobias > dense 10", "textbook"),
    ],
)
def test_what_a_setting_changes(settings: dict[str, Any], notation: str, framework: str) -> None:
    assert varied(MODEL, "textbook", settings) == (read(notation), framework)


def test_units_are_the_filters_of_a_convolution() -> None:
    model = read("3 > conv_lstm 4 kernel=3x3")
    assert varied(model, "keras", {"units": 8})[0] == read("3 > conv_lstm 8 kernel=3x3")
    with pytest.raises(ModelError, match="lstm has no kernel_size"):
        varied(model, "keras", {"cell": "lstm"})
    with pytest.raises(ModelError, match="conv_lstm needs its kernel_size"):
        varied(MODEL, "keras", {"cell": "conv_lstm"})
    with pytest.raises(ModelError, match="gru has no projection"):
        varied(read("3 > gru 4"), "keras", {"projection": 2})


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("units=16:64:16", range(16, 65, 16)),
        ("units=1:3", range(1, 4)),
        ("units=16:64:16,1k", (16, 32, 48, 64, 1000)),
        ("layers=2,1,2", (2, 1)),
        ("batch=1,8", (1, 8)),
        ("steps=10", (10,)),
        ("projection=none,8", (None, 8)),
        ("reset_after=none,true,false", (None, True, False)),
        ("framework=keras, pytorch", ("keras", "pytorch")),
        ("merge=sum", ("sum",)),
    ],
)
def test_an_axis_is_read(text: str, values: Any) -> None:
    axis = read_axis(text)
    assert axis.values == values
    assert axis.name in NAMES


@given(
    coefficients=st.lists(st.integers(-50, 50), min_size=9, max_size=9),
    axes=st.tuples(*[st.lists(st.integers(-30, 99), min_size=1, max_size=6, unique=True)] * 2),
)
def test_the_closed_form_is_the_count(coefficients: list[int], axes: tuple[list[int], list[int]]) -> None:
    def polynomial(x: int, y: int) -> int:
        return sum(c * x ** (at % 3) * y ** (at // 3) for at, c in enumerate(coefficients))

    form, nodes = closed_form(polynomial, axes), [nodes_of(values) for values in axes]
    for x in axes[0]:
        a, b, c = along_last(form, nodes, [x])
        for y in axes[1]:
            assert value_at(form, nodes, [x, y]) == a + b * y + c * y * y == polynomial(x, y)


@pytest.mark.parametrize("count_", [lambda x: x**3, lambda x: -(-x // 2), lambda x: 2**x])
def test_what_is_no_polynomial_is_not_taken_for_one(count_: Any) -> None:
    with pytest.raises(NoPolynomialError):
        closed_form(count_, [range(1, 40)])


ROWS = [("keras", 5, 100), ("pytorch", 7, 2000), ("onnx", 9, None)]
FILTERS = {
    "params<1k": [5],
    "params >= 100 and units <= 7": [5, 7],
    "framework == keras or framework == pytorch and units == 7": [5, 7],
    "not framework == keras": [7, 9],
    "framework != keras": [7, 9],
    "(units == 5 or units == 9) and not params < 1": [5, 9],
    "units < params": [5, 7],
    "2k == params": [7],
    "params != 100": [7],
    "units == keras": [],
    "units != keras": [5, 7, 9],
}


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter(text: str) -> None:
    test = read_filter(text, ["framework", "units", "params"])
    assert [row[1] for row in ROWS if test(row)] == FILTERS[text]


WRONG_FILTERS = {
    "parms < 3": "'parms' is not a column; did you mean 'params'?",
    "params = 3": "a filter compares, as 'params < 1M'",
    "params <": "a filter compares",
    "": "a filter compares",
    "params < 1x": "is not a whole number from 1 up",
    "(params < 1": "a ) is missing",
    "params < 1 params > 2": "'params' is one word too many; join comparisons with and, or",
    "__import__('os')": "a filter compares",
    "not " * 60 + "params < 3": "the filter is too long",
    "params.__class__ == 3": "is not a column",
}


@pytest.mark.parametrize("text", WRONG_FILTERS)
def test_a_filter_that_cannot_be_read(text: str) -> None:
    with pytest.raises(LstmCalcError) as caught:
        read_filter(text, ["framework", "units", "params"])
    assert WRONG_FILTERS[text] in str(caught.value)


@pytest.mark.parametrize(
    ("by", "most", "units"),
    [
        ("params", None, [5, 7, 9]),
        ("-params", None, [7, 5, 9]),
        ("-params", 1, [7]),
        ("-units", 2, [9, 7]),
        ("framework", 3, [5, 9, 7]),
    ],
)
def test_rows_in_order(by: str, most: int | None, units: list[int]) -> None:
    assert [row[1] for row in ranked(iter(ROWS), ["framework", "units", "params"], by, most)] == units


GRID = ("sweep", "64 > lstm 128", "--vary", "units=64,128", "--vary", "framework=keras,pytorch")
EXPECTED = [("64", "keras", "33024"), ("64", "pytorch", "33280"), ("128", "keras", "98816"), ("128", "pytorch", "99328")]


def test_the_formats_show_the_same_rows(cli: Cli) -> None:
    of = {
        form: cli(*GRID, "--columns", "params", "--format", form).stdout for form in ("table", "csv", "json", "ndjson", "markdown")
    }
    assert list(csv.reader(io.StringIO(of["csv"]))) == [["units", "framework", "params"], *map(list, EXPECTED)]
    lines = [json.loads(line) for line in of["ndjson"].splitlines()]
    assert [tuple(map(str, line.values())) for line in lines] == EXPECTED
    assert json.loads(of["json"]) == {"schema": "lstm-calc/sweep/1", "rows": lines}
    for form in ("table", "markdown"):
        read_back = [tuple(line.replace("|", " ").replace(",", "").split()) for line in of[form].splitlines()]
        assert [row for row in read_back if row in EXPECTED] == EXPECTED


def test_rows_are_filtered_sorted_and_cut(cli: Cli) -> None:
    result = cli(*GRID, "--where", "params < 99k", "--sort", "-params", "--top", "2", "--columns", "params", "--format", "csv")
    assert result.stdout == "units,framework,params\n128,keras,98816\n64,pytorch,33280\n"


def test_a_row_passes_every_filter(cli: Cli) -> None:
    for filters in (("params < 99k", "framework == keras"), ("framework == keras", "params < 99k")):
        options = [word for text in filters for word in ("--where", text)]
        result = cli(*GRID, *options, "--columns", "params", "--format", "csv")
        assert result.stdout == "units,framework,params\n64,keras,33024\n128,keras,98816\n"


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_options_are_values_in_json_and_words_in_csv(cli: Cli, form: str) -> None:
    call = ("sweep", "8 > lstm 4", "--vary", "bidirectional=true,false", "--vary", "projection=none,3", "--columns", "params")
    text = cli(*call, "--where", "bidirectional == false", "--format", form).stdout
    rows = json.loads(text)["rows"] if form == "json" else [json.loads(line) for line in text.splitlines()]
    assert rows == [
        {"bidirectional": False, "projection": None, "params": 208},
        {"bidirectional": False, "projection": 3, "params": 204},
    ]
    assert cli(*call, "--format", "csv").stdout.splitlines()[1] == "true,none,416"


def test_a_word_that_is_a_value_stays_a_word_in_json(cli: Cli) -> None:
    text = cli("sweep", "8 > bilstm 4", "--vary", "merge=none,sum", "--columns", "params", "--format", "ndjson").stdout
    assert [json.loads(line)["merge"] for line in text.splitlines()] == ["none", "sum"]


def test_rows_without_numbers_are_told(cli: Cli) -> None:
    result = cli("sweep", "8 > lstm 4 proj=3", "-f", "pytorch", "--vary", "units=3,4", "--columns", "params", "--format", "csv")
    assert (result.stdout, result.exit_code) == ("units,params\n3,\n4,220\n", 0)
    assert result.stderr == "1 of 2 rows have no numbers; the first: pytorch wants projection < units; here they are 3 and 3\n"


WRONG = {
    "--vary unit=3": "'unit=3': 'unit' is not what a sweep varies; did you mean 'units'?",
    "--vary units": "'units' is nothing to vary; write units=16:512:16",
    "--vary units=": "'units=' is nothing to vary",
    "--vary units=9:3": "'units=9:3': units has no values to vary over",
    "--vary units=1:9:0": "'1:9:0' is not a range; write 16:512:16",
    "--vary units=1:2:3:4": "'1:2:3:4' is not a range",
    "--vary units=0:4": "units must be a whole number from 1 up, not 0",
    "--vary units=x": "'x' is not a whole number from 1 up",
    "--vary bias=yes": "bias must be true or false, not 'yes'",
    "--vary framework=kears": "'kears' is not a framework; did you mean 'keras'?",
    "--vary cell=lsmt": "'lsmt' is not a cell; did you mean 'lstm'?",
    "--vary dtype=float31": "'float31' is not a dtype; did you mean 'float32'?",
    "--vary units=3 --vary units=4": "--vary: units varies twice; write its values in one list",
    "--vary output=3": "output is the units of the last dense layer, and the model has none",
    "": "a sweep needs something to vary and a column",
    "--vary units=3 --columns parms": "'parms' is not a column; did you mean 'params'?",
    "--vary units=3 --columns step_ns": "the time of a step needs a device",
    "--vary units=3 --where parms<3": "--where: 'parms<3': 'parms' is not a column",
    "--vary units=3 --sort parms": "--sort: 'parms' is not a column; did you mean 'params'?",
    "--vary units=3 --top 0": "--top: must be a whole number from 1 up, not 0",
    "--vary units=3 -f kears": "'kears' is not a framework",
    "--vary units=1:2000": "a table of more than 1,000 rows is long; give --format csv, --top, or --yes",
    "--vary units=3 --budget 1M": "--budget is a line in a plot; give --plot, too",
    "--vary units=3,4 --plot x.gif": "--plot: 'x.gif' is not the name of a picture; it ends in .png, .svg or .pdf",
    "--vary units=3,4 --plot x.svg -o x.txt": "--plot writes a picture into a file of its own, and --output-file is for rows",
    "--vary units=3,4 --plot - --format json": "--plot draws in place of the rows that --format json writes",
    "--vary bias=true,false --plot -": "a plot needs a size that varies",
    "--vary units=3,4 --vary layers=1:20 --plot -": "a plot has at most 10 curves, and these are 20",
    f"--vary units=3,{10**200} --plot -": "a plot shows numbers up to 10**300",
    "--vary units=3,4 --where params<1 --plot -": "there is nothing to plot",
}


@pytest.mark.parametrize("call", WRONG)
def test_a_wrong_request_is_one_sentence(cli: Cli, call: str) -> None:
    result = cli("sweep", "64 > lstm 128", *shlex.split(call))
    assert (result.stdout, result.exit_code) == ("", 2)
    assert WRONG[call] in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_model_without_recurrent_layers_has_no_units_to_vary(cli: Cli) -> None:
    result = cli("sweep", "64 > dense 3", "--vary", "units=1,2", "--format", "csv")
    assert (result.stdout, result.exit_code) == ("", 2)
    assert "units is of the recurrent layers, and the model has none" in result.stderr


def test_a_long_table_is_drawn_where_it_is_wanted(cli: Cli) -> None:
    assert cli("sweep", "64 > lstm 1", "--vary", "units=1:1001", "--yes").stdout.count("\n") > 1001
    assert cli("sweep", "64 > lstm 1", "--vary", "units=1:1000").exit_code == 0
    assert cli("sweep", "64 > lstm 1", "--vary", "units=1:5000", "--top", "5").exit_code == 0


@pytest.mark.parametrize(("answer", "code", "words"), [("y", 0, "draw"), ("n", 2, "no table is drawn; give --format csv")])
def test_a_terminal_is_asked_before_a_long_table(answer: str, code: int, words: str) -> None:
    pty = pytest.importorskip("pty", reason="a terminal is what is tested")
    program = f"import sys; from lstm_calc.cli import app; app({['sweep', '64 > lstm 1', '--vary', 'units=1:1001']!r})"
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run(
        [sys.executable, "-c", program], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, text=True, check=False, timeout=60
    )
    told = os.read(ours, 10_000).decode()
    assert "more than 1,000 rows (give --format csv, --top, or --yes); draw them all?" in told
    assert done.returncode == code
    assert (done.stdout.count("\n") > 1001) == (code == 0)
    assert done.stdout[:8] == ("Variants" if code == 0 else "")
    assert words in told


class Keyboard(io.StringIO):
    """A terminal at which somebody types, or breaks off."""

    def isatty(self) -> bool:
        return True

    def readline(self, _: int = -1) -> str:
        line = super().readline()
        if line == "^C":
            raise KeyboardInterrupt
        return line


@pytest.mark.parametrize(
    ("answer", "agreed"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False), ("^C", False)]
)
def test_a_long_table_is_drawn_where_that_is_agreed_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str, agreed: bool
) -> None:
    told = Keyboard()
    monkeypatch.setattr(sys, "stdin", Keyboard(answer))
    monkeypatch.setattr(sys, "stderr", told)
    with pytest.raises(SystemExit) as caught:
        app(["sweep", "64 > lstm 1", "--vary", "units=1:1001"])
    question, _, error = told.getvalue().partition("draw them all? [y/N]: ")
    assert question == "more than 1,000 rows (give --format csv, --top, or --yes); "
    shown = capsys.readouterr().out
    if agreed:
        assert (caught.value.code, error, shown[:8], shown.count("\n") > 1001) == (0, "", "Variants", True)
    else:
        assert (caught.value.code, shown) == (2, "")
        assert error == "error: no table is drawn; give --format csv, --top, or --yes\n"


KEEPING = {
    "--sort params": "--sort: more than 3 rows would be kept in memory; give --top or --where",
    "--sort -params --top 4 --format csv": "--sort: more than 3 rows would be kept in memory; give --top or --where",
    "--sort params --format ndjson": "--sort: more than 3 rows",
    "--sort params --plot -": "--sort: more than 3 rows",
    "--plot -": "more than 3 rows would be kept in memory; vary less, or use --where",
    "--yes": "more than 3 rows would be kept in memory; give --format csv or ndjson",
    **{f"--format {form}": "more than 3 rows would be kept" for form in ("json", "html", "latex", "svg")},
}


@pytest.mark.parametrize("call", KEEPING)
def test_no_more_rows_are_kept_than_a_table_may_have(cli: Cli, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "MOST_HELD", 3)
    asked = ("sweep", "64 > lstm 1", "--columns", "params", *shlex.split(call))
    assert cli(*asked, "--vary", "units=1:3").exit_code == 0
    for more in ("units=1:4", "units=1:1T"):
        result = cli(*asked, "--vary", more)
        assert (result.exit_code, result.stdout) == (2, "")
        assert KEEPING[call] in result.stderr


@pytest.mark.parametrize("call", ["--format csv", "--format ndjson", "--sort params --top 3", "--format csv --top 4"])
def test_rows_that_are_not_kept_may_be_many(cli: Cli, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "MOST_HELD", 3)
    assert cli("sweep", "64 > lstm 1", "--vary", "units=1:100", *shlex.split(call)).exit_code == 0


@pytest.mark.slow
def test_a_list_of_values_is_limited_too() -> None:
    assert len(read_axis("units=1:999_999,1M").values) == 1_000_000
    for values in ("1:1000000,2000000", "7,1:1T", "1:600k,1:600k"):
        with pytest.raises(
            LstmCalcError, match="a list of more than 1,000,000 values would be kept in memory; vary a single range"
        ):
            read_axis(f"units={values}")


@pytest.mark.parametrize("more", [(), ("--sort", "params")])
def test_any_number_of_rows_may_be_asked_for(cli: Cli, more: tuple[str, ...]) -> None:
    result = cli(
        "sweep", "64 > lstm 1", "--vary", "units=1,2", "--columns", "params", "--top", str(10**30), "--format", "csv", *more
    )
    assert (result.exit_code, result.stdout) == (0, "units,params\n1,264\n2,536\n")


def test_the_polynomials_of_many_options_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    vary = {"framework": ["keras", "pytorch", "onnx"], "bias": [True, False], "units": [1, 2, 3, 4]}
    rows = list(sweep(MODEL, vary))
    monkeypatch.setattr(questions, "_MOST_FORMS", 2)
    assert list(sweep(MODEL, vary)) == rows


def test_a_file_is_written_whole_or_not_at_all(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("old")

    def broken(*_: object) -> Any:
        yield "half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lstm_calc.render.as_csv.FORMAT", format_of("csv").replace(rows=broken))
    result = cli(*GRID, "--format", "csv", "--output-file", str(path))
    assert result.exit_code == 2
    assert "no space left on device" in result.stderr
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_closed_pipe_is_quiet() -> None:
    command_line = (
        f"{sys.executable} -m lstm_calc sweep '64 > lstm 1' --vary units=1:200000 --columns params --format csv | head -n 2"
    )
    done = subprocess.run(command_line, shell=True, capture_output=True, text=True, check=False)  # noqa: S602  a pipe is what is tested
    assert (done.stdout, done.stderr) == ("units,params\n1,264\n", "")


def test_a_bar_shows_on_a_terminal_and_changes_nothing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    many = ("sweep", "64 > lstm 1", "--vary", "units=1:200000", "--columns", "params", "--format", "csv")
    plain = cli(*many)
    monkeypatch.setattr(command, "is_terminal", lambda stream: stream is sys.stderr)
    barred = cli(*many)
    assert barred.stdout == plain.stdout
    assert len(barred.stderr) > len(plain.stderr) == 0


CHART = Chart(
    "A title", "units", "parameters", (Curve("one", ((0, 0), (100, 1000))), Curve("two", ((0, 500), (50, 500)))), 250, "budget 250"
)


def test_a_chart_in_characters() -> None:
    lines = as_text(CHART, 40, 16).splitlines()
    assert lines[:2] == ["A title", "parameters"]
    assert max(map(len, lines)) <= 40
    assert len(lines) == 16
    canvas = [line.partition("|")[2] for line in lines if "|" in line]
    assert [line.partition("|")[0].strip() for line in lines if "|" in line] == ["1k", *[""] * 4, "500", *[""] * 4, "0"][
        : len(canvas)
    ] or canvas
    assert canvas[0].endswith("*")
    assert canvas[-1].startswith("*")
    assert sum("o" in line for line in canvas) == 1
    assert sum(line.count("-") > 20 for line in canvas) == 1
    assert [line.strip() for line in lines[-3:]] == ["* one", "o two", "- budget 250"]


def test_a_chart_without_a_line_has_none_on_its_canvas() -> None:
    lines = as_text(CHART.replace(line=None), 40, 16).splitlines()
    canvas = [line.partition("|")[2] for line in lines if "|" in line]
    assert not any("-" in line for line in canvas)
    assert [line.strip() for line in lines[-2:]] == ["* one", "o two"]


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0"), (999, "999"), (1000, "1k"), (1500, "1.5k"), (123_456, "123k"), (10**12, "1T")]
)
def test_a_tick(number: int, words: str) -> None:
    assert short(number) == words


@pytest.mark.parametrize("width", [1, 30, 200])
def test_a_plot_here(cli: Cli, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("LINES", "20")
    result = cli(*GRID, "--plot", "-", "--budget", "50k")
    assert result.exit_code == 0
    assert all(
        words in result.stdout for words in ("Variants of 64 > lstm 128", "units", "* keras", "o pytorch", "- budget 50,000")
    )
    assert max(map(len, result.stdout.splitlines())) <= max(width, 30)


def test_a_canvas_is_as_large_as_a_screen_can_be() -> None:
    lines = as_text(CHART, 10**12, 10**12).splitlines()
    assert len(lines) == 500 + 4 + 3
    assert max(map(len, lines)) == 1000 + len("500 |")


def test_the_curves_are_the_rows() -> None:
    answer = sweep(MODEL, {"layers": [2, 1], "units": [8, 4], "framework": ["keras"]}, columns=["macs"])
    chart = answer.of(answer).chart(7)
    assert (chart.x, chart.y, chart.line, chart.line_name) == ("layers", "MACs", 7, "budget 7")
    assert [curve.name for curve in chart.curves] == ["units 8, keras", "units 4, keras"]
    rows = {(row[0], row[1]): row[3] for row in answer}
    assert [curve.points for curve in chart.curves] == [tuple((n, rows[n, units]) for n in (1, 2)) for units in (8, 4)]


def test_a_budget_in_a_plot_is_shown_in_the_unit_that_it_was_given_in(cli: Cli) -> None:
    asked = ("sweep", "64 > lstm 1", "--vary", "units=1:200:20", "--plot", "-")
    assert "budget 100 kB" in cli(*asked, "--columns", "bytes", "--budget", "100kB").stdout
    assert "budget 100,000" in cli(*asked, "--columns", "params", "--budget", "100k").stdout


def test_the_title_says_which_steps_frameworks_give_by_default(cli: Cli) -> None:
    asked = ("sweep", "8 > lstm 4 > dense 2", "--vary", "framework=keras,pytorch", "--vary", "units=4,5")
    words = "; last step only by default: keras; every step by default: pytorch"
    assert cli(*asked, "--steps", "7").stdout.startswith(f"Variants of 8 > lstm 4 > dense 2{words}\n")
    assert cli(*asked, "--vary", "steps=1,7").stdout.startswith(f"Variants of 8 > lstm 4 > dense 2{words}\n")
    for more in ((), ("--steps", "7", "--columns", "params,bytes")):
        assert cli(*asked, *more).stdout.startswith("Variants of 8 > lstm 4 > dense 2\n")


def test_a_row_that_is_refused_is_no_point() -> None:
    answer = sweep(read("64 > lstm 128 proj=8"), {"units": [4, 16, 32]}, "pytorch", columns=["params"])
    rows = list(answer)
    assert [row[1] is None for row in rows] == [True, False, False]
    (curve,) = answer.of(rows).chart().curves
    assert curve.points == tuple(rows[1:])


def test_a_picture_without_matplotlib_is_a_sentence(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = cli(*GRID, "--plot", str(tmp_path / "x.png"))
    assert result.exit_code == 2
    assert "pip install 'lstm-calc[plot]'" in result.stderr
    assert list(tmp_path.iterdir()) == []
    from lstm_calc.render.chart import picture

    with pytest.raises(NotInstalledError):
        picture(CHART, "png")


@pytest.mark.slow
@pytest.mark.parametrize(("form", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_a_picture(cli: Cli, tmp_path: Path, form: str, start: bytes) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is installed where pictures are drawn")
    path = tmp_path / f"x.{form}"
    assert cli(*GRID, "--plot", str(path), "--budget", "1M").exit_code == 0
    first = path.read_bytes()
    assert first.startswith(start)
    assert cli(*GRID, "--plot", str(path), "--budget", "1M").exit_code == 0
    assert path.read_bytes() == first
    if form == "svg":
        assert all(
            words in first.decode()
            for words in ("<!-- units -->", "<!-- parameters -->", "<!-- budget 1,000,000 -->", "<!-- keras -->")
        )


def test_what_is_no_size_is_sorted_after_the_sizes() -> None:
    rows = [("none", 1), (16, 2), (None, 3), (32, 4)]
    assert [row[0] for row in ranked(rows, ["projection", "params"], "projection")] == [16, 32, "none", None]
    assert [row[0] for row in ranked(rows, ["projection", "params"], "-projection")] == [32, 16, "none", None]
    assert [row[0] for row in ranked(rows, ["projection", "params"], "-projection", 3)] == [32, 16, "none"]


@pytest.mark.parametrize("text", ["params > -1", "params < many", "many >= params", "-1 < units"])
def test_a_filter_has_no_order_of_words(text: str) -> None:
    with pytest.raises(LstmCalcError, match="is neither a number nor a column"):
        read_filter(text, ["units", "params"])


@pytest.mark.parametrize(
    ("name", "given"), [("batch", {"batch": 2}), ("steps", {"lengths": (5, 2)}), ("batch", {"lengths": (5, 2)})]
)
def test_what_varies_is_not_given_as_well(name: str, given: dict[str, Any]) -> None:
    with pytest.raises(LstmCalcError, match=f"{name} varies, and {next(iter(given))} says already what it is"):
        sweep(MODEL, {name: [1, 2]}, conditions=given)


def test_a_range_is_as_long_as_can_be_counted() -> None:
    assert sweep(MODEL, {"units": range(1, 10**15), "steps": range(1, 10**15)}).total > 10**29
    with pytest.raises(LstmCalcError, match="units has more than 1,000,000,000,000,000 values"):
        sweep(MODEL, {"units": range(1, 10**24)})


@pytest.mark.parametrize(
    ("text", "passes"),
    [("bytes < 500B", True), ("bytes < 0.25KiB", False), ("1KB > bytes", True), ("params < 500B", True), ("params < 300", False)],
)
def test_a_filter_reads_numbers_as_the_column_beside_them(text: str, passes: bool) -> None:
    assert read_filter(text, ["params", "bytes"])((400, 400)) == passes


@pytest.mark.parametrize("text", ["layers < 2.5", "params < 1MiB"])
def test_a_filter_rounds_no_number(text: str) -> None:
    with pytest.raises(LstmCalcError, match="is not a whole number"):
        read_filter(text, ["layers", "params"])


def test_a_legend_is_drawn_where_there_is_something_to_name() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is installed where pictures are drawn")
    from lstm_calc.render.chart import picture

    alone = CHART.replace(curves=(Curve("", ((0, 0), (100, 1000))),), line=None)
    drawn = [alone, alone.replace(line=250, line_name="budget 250"), CHART.replace(line=None)]
    assert [b"legend_1" in picture(chart, "svg") for chart in drawn] == [False, True, True]
    assert [picture(chart, "svg").count(b"stroke-dasharray: 1.5") for chart in drawn[:2]] == [0, 2]


@pytest.mark.parametrize(
    ("name", "values", "words", "is_size"),
    [
        ("projection", [None, 3], ("none", 3), False),
        ("bias", [True, False], ("true", "false"), False),
        ("cell", ["gru"], ("gru",), False),
        ("units", [4, 2, 4], (4, 2), True),
    ],
)
def test_the_values_of_an_axis_in_words(name: str, values: list[Any], words: tuple[Any, ...], is_size: bool) -> None:
    axis = Axis(name, values)
    assert (axis.words, axis.is_size, axis.stands_alone) == (words, is_size, name == "cell")


def test_a_sweep_varies_the_conditions_and_the_fields_of_a_recurrent_layer() -> None:
    conditions = ["cell", "units", "layers", "input", "output", "framework", "batch", "steps", "dtype"]
    fields = ["projection", "projection_bias", "peephole", "coupled", "bias", "bidirectional", "merge"]
    assert list(NAMES) == [*conditions, *fields, "stateful", "go_backwards", "cudnn", "reset_after", "reset_gate"]


def test_a_range_may_have_as_many_values_as_can_be_counted() -> None:
    assert len(Axis("units", range(1, 10**15 + 1)).values) == 10**15


def test_nothing_is_refused_before_a_row_is_read() -> None:
    rows = sweep(read("vocab 9 > embed 6 > lstm 6 > dense 9 tied"), {"units": [6, 5, 4]}, "keras", columns=["params"])
    assert (rows.refused, rows.reason, rows.columns, rows.total) == (0, "", ("units", "params"), 3)
    assert [row[1] is None for row in rows] == [False, True, True]
    assert (rows.refused, rows.reason) == (2, "tied shares an embedding's matrix, and none before is 9 x 5")


def test_fifty_nots_are_read() -> None:
    assert not read_filter("not " * 49 + "params < 3", ["params"])((2,))


def test_the_coefficients_over_fewer_sizes_are_those_of_a_lower_degree() -> None:
    assert along_last((7,), [(4,)], []) == (7, 0, 0)
    assert along_last((7, 3), [(4, 6)], []) == (7 - 4 * 3, 3, 0)
    assert along_last((7, 3, 2), [(4, 6, 5)], []) == (7 - 4 * 3 + 4 * 6 * 2, 3 - 10 * 2, 2)


@pytest.mark.parametrize(("text", "column"), [("4 > lstm 1", "macs"), ("4 > lstm 8 > dense 5 in=8", "params")])
def test_many_rows_take_a_few_counts(text: str, column: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Model] = []
    for name, counted in (("count", count), ("macs_of", macs_of)):

        def seen(model: Model, *others: Any, counted: Any = counted, **more: Any) -> Any:
            asked.append(model)
            return counted(model, *others, **more)

        monkeypatch.setattr(f"lstm_calc.questions.metrics.{name}", seen)
    vary = {"input": range(1, 40), "framework": ["keras", "pytorch"]} if "in=" in text else {"units": range(1, 400)}
    rows = list(sweep(read(text), vary, columns=[column]))
    assert len(rows) > 70
    assert len(asked) <= 2 * 4


def test_the_longest_axis_is_made_at_once() -> None:
    axes = [Axis("framework", ["keras", "pytorch"]), Axis("units", [1, 2, 3]), Axis("input", [4, 5])]
    assert (long_axis(axes), long_axis(axes[::2]), long_axis(axes[:1])) == (1, 1, None)
    assert long_axis([Axis("units", range(1, 5)), Axis("input", range(1, 10_001))]) == 1
    assert long_axis([Axis("units", range(1, 10_003)), Axis("input", range(1, 10_001))]) == 0
    assert long_axis([Axis("units", range(1, 10_003)), Axis("input", range(1, 10_002))]) == 1
    options = [Axis(name, [True, False]) for name in ("bias", "bidirectional", "stateful", "go_backwards", "peephole", "coupled")]
    options += [Axis("framework", list(FRAMEWORKS)[:15]), Axis("merge", ["concat", "sum", "mul"]), Axis("dtype", list(DTYPES)[:4])]
    assert long_axis([Axis("units", range(1, 10**9)), *options]) is None
