"""Renderers: escaping, rounding and width, each format for itself."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import pty
import re
import struct
import sys
import termios
from collections import Counter
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc.render import format_of, plain, size_words, worded
from lstm_calc.render.document import Block, Column, Document, Line, Table
from tests.conftest import Terminal

if TYPE_CHECKING:
    from lstm_calc.render.document import Kind
    from tests.conftest import Cli

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
"""From Python 3.12 on, a fork beside a thread is warned of; the child here executes at once."""

ANSI = re.compile(r"\x1b\[[0-9;]*m")
FOREIGN = Document(
    title="a [bold]title[/bold] | *",
    tables=(
        Table(
            columns=(Column("name", "name", grouped=True), Column("shape", "shape", "shape"), Column("n", "n", "number")),
            lines=(
                Line(("[red]x|y_z[/red]", (3, 4), 12)),
                Line(("=1+1", (5,), None)),
                Line(("total", None, 1234567), sum=True),
            ),
        ),
    ),
    notes=("a note with [brackets] and a | bar",),
)


def test_values_for_people_and_for_programs() -> None:
    assert worded("number", 1234567) == "1,234,567"
    assert plain("number", 1234567) == "1234567"
    assert (worded("shape", (32, 128)), worded("shape", (32,))) == ("(32, 128)", "(32)")
    assert plain("shape", (32, 128)) == "32x128"
    assert worded("slice", ((32, 64, 128), (0, 8, 8))) == "[32:64, :]"
    assert worded("slice", ((0, 1, 1), (0, 4, 8))) == "[:, 0:4]"
    assert (worded("share", 0.22184), plain("share", 0.22184)) == ("22.2%", "0.221840")
    assert worded("number", None) == plain("shape", None) == ""


def test_json_has_a_value_a_line() -> None:
    data = {"shape": (8, 128), "gate": None, "name": 'é"\\'}
    text = format_of("json").render(data, io.StringIO())
    assert text == '{\n  "shape": [\n    8,\n    128\n  ],\n  "gate": null,\n  "name": "\\u00e9\\"\\\\"\n}\n'
    assert json.loads(text) == {**data, "shape": [8, 128]}


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (1023, "1,023 B"),
        (1024, "1.0 KiB"),
        (33280, "32.5 KiB"),
        (20612, "20.1 KiB"),
        (2**20 - 1, "1,024.0 KiB"),
        (2**20, "1.0 MiB"),
        (4 * 2757761, "10.5 MiB"),
        (10**40, "8,271,806,125,530,276.7 YiB"),
    ],
)
def test_sizes_have_their_right_names(count: int, words: str) -> None:
    assert size_words(count) == words


def test_foreign_text_is_escaped_in_every_format() -> None:
    table, csv, markdown = (format_of(form).render(FOREIGN, io.StringIO()) for form in ("table", "csv", "markdown"))
    assert "[red]x|y_z[/red]" in table
    assert "a [bold]title[/bold] | *" in table
    assert csv.splitlines() == ["name,shape,n", "[red]x|y_z[/red],3x4,12", "'=1+1,5,"]
    assert r"\[red\]x\|y\_z\[/red\]" in markdown
    assert "**1,234,567**" in markdown
    assert r"a note with \[brackets\] and a \| bar" in markdown


def test_what_github_would_take_for_a_formula_or_strike_out_is_escaped() -> None:
    assert rendered("markdown", Document("$a$ ~~b~~", (), ())) == "### \\$a\\$ \\~\\~b\\~\\~\n"


def rendered(form: str, document: Document = FOREIGN) -> str:
    return format_of(form).render(document, io.StringIO())


SIGNS = Document("100% & #1_a {b} ~^\\ <i>", (Table((Column("a_b", "a_b"),), (Line(("[x] & <y> $1",)),)),), ("a note of 5 % & $2",))


def test_latex_escapes_what_tex_would_read() -> None:
    text = rendered("latex", SIGNS)
    assert (
        r"\section*{100\% \& \#1\_a \{b\} \textasciitilde{}\textasciicircum{}\textbackslash{} \textless{}i\textgreater{}}" in text
    )
    assert "\n{[}x] \\& \\textless{}y\\textgreater{} \\$1 \\\\\n" in text
    assert r"a note of 5 \% \& \$2" in text
    assert r"\section*{é U+65E5$\to$U+1F600}" in rendered("latex", Document("é 日→😀", (), ()))
    assert r"\textbf{1,234,567} \\" in rendered("latex")


def test_latex_closes_what_it_opens() -> None:
    text = rendered("latex")
    opened, closed = re.findall(r"\\begin{(\w+)}", text), re.findall(r"\\end{(\w+)}", text)
    assert sorted(opened) == sorted(closed) == ["document", "longtable"]
    assert "\n{[}red" in text
    assert text.index(r"\toprule") < text.index(r"\midrule") < text.index(r"\bottomrule")


def test_html_escapes_what_a_browser_would_read() -> None:
    twice = SIGNS.replace(tables=(*SIGNS.tables, SIGNS.tables[0].replace(lines=SIGNS.tables[0].lines * 2)))
    text = rendered("html", twice)
    assert "<h1>100% &amp; #1_a {b} ~^\\ &lt;i&gt;</h1>" in text
    assert "<dt>a_b</dt><dd>[x] &amp; &lt;y&gt; $1</dd>" in text
    page = ET.fromstring(text.removeprefix("<!DOCTYPE html>\n").replace('<meta charset="utf-8">', "").replace(VIEWPORT, ""))  # noqa: S314  our own text
    assert [cell.text for cell in page.findall(".//td")] == ["[x] & <y> $1"] * 2


VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'


def test_svg_shows_every_word_and_needs_no_network() -> None:
    picture = ET.fromstring(rendered("svg"))  # noqa: S314  our own text
    shown = " ".join("".join(picture.itertext()).replace("\xa0", " ").split())
    assert "[red]x|y_z[/red]" in shown
    assert "1,234,567" in shown
    assert "url(" not in rendered("svg").replace("url(#", "")
    assert rendered("svg") == rendered("svg")


def test_svg_breaks_long_text_and_no_table() -> None:
    table = Table((Column("x", "x"),), (Line(("y" * 150,)),))
    picture = ET.fromstring(rendered("svg", Document("t", (table,), (), body=(Block("ab " * 60),))))  # noqa: S314  our own text
    lines = ["".join(node.itertext()).replace("\xa0", " ").strip() for node in picture.iter() if node.tag.endswith("text")]
    assert ("ab " * 33).strip() in lines
    assert "y" * 150 in lines


BODY = Document(
    "t",
    (),
    (),
    body=(Block("of `W_i x[t]` & `1000`"), Block("one", "item"), Block("two", "item"), Block("2 × a = 1000", "formula")),
)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("table", "t\nof W_i x[t] & 1,000\n- one\n- two\n    2 × a = 1,000\n"),
        ("markdown", "### t\n\nof $W_{i}\\thinspace x_{t}$ & $1{,}000$\n\n- one\n- two\n\n$2 \\times a = 1{,}000$\n"),
        (
            "latex",
            "\\begin{itemize}\n\\item one\n\\item two\n\\end{itemize}\n\\begin{quote}\n$2 \\times a = 1{,}000$\n\\end{quote}",
        ),
        ("html", "<ul><li>one</li>\n<li>two</li></ul>"),
        ("csv", ""),
    ],
)
def test_a_body_is_read_before_the_tables(form: str, words: str) -> None:
    assert words in rendered(form, BODY)


def test_a_formula_in_html_is_mathml() -> None:
    assert "<msub><mi>W</mi><mi>i</mi></msub><mspace width='0.2em'/><msub><mi>x</mi><mi>t</mi></msub>" in rendered("html", BODY)


SORTED = Table(
    (Column("name", "name", grouped=True), Column("n", "n", "number"), Column("hidden", "hidden", shown=False)),
    (
        Line(("b", 1, "x")),
        Line(("b", 2, "y"), "subtotal"),
        Line(("a", None, "z")),
        Line(("c", 3, "w")),
        Line(("total", 4, None), "total"),
    ),
)


def test_a_table_is_sorted_by_a_column() -> None:
    ascending, descending = (SORTED.sorted_by("n", descending=turn) for turn in (False, True))
    assert [line.values[0] for line in ascending.lines] == ["b", "c", "a", "total"]
    assert [line.values[0] for line in descending.lines] == ["c", "b", "a", "total"]
    assert SORTED.sorted_by("other", descending=False) is SORTED
    shapes = Table((Column("s", "s", "shape"),), (Line(((2, 3),)), Line(((None, 3),)), Line(((2,),))))
    assert [line.values[0] for line in shapes.sorted_by("s", descending=False).lines] == [(None, 3), (2,), (2, 3)]


def test_some_columns_of_a_table() -> None:
    some = SORTED.with_columns(["hidden", "name", "other"])
    assert [column.key for column in some.for_people().columns] == ["hidden", "name"]
    assert some.lines[0].values == ("x", "b")
    assert len(SORTED.with_columns(["hidden"]).lines) == 4
    document = Document("t", (SORTED, Table((Column("m", "m"),), ())), ())
    assert [len(table.columns) for table in document.with_columns(["n", "name"]).tables] == [2]


def test_a_delta_has_its_sign() -> None:
    assert [worded("delta", value) for value in (1500, -3, 0)] == ["+1,500", "-3", "0"]
    assert [worded("change", value) for value in (0.0151, -1.0, 0.0)] == ["+1.5%", "-100.0%", "0%"]
    assert (plain("delta", -3), plain("change", 0.5)) == ("-3", "0.500000")
    deltas = Document("t", (Table((Column("d", "d", "delta"),), (Line((-3,)),)),), ())
    assert rendered("csv", deltas) == "d\n-3\n"


def in_csv(*tables: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(format_of("csv").render(Document("t", tables, ()), io.StringIO()))))


def test_tables_of_the_same_columns_are_one_csv() -> None:
    one, two = (Table((Column("a", "a"), Column("b", "b")), (Line((name, name * 2)),)) for name in "xy")
    assert in_csv(one, two) == [["a", "b"], ["x", "xx"], ["y", "yy"]]


def test_tables_of_the_same_things_are_side_by_side_in_csv() -> None:
    one = Table((Column("layer", "l"), Column("a", "a")), (Line(("x", 1)), Line(("y", 2)), Line(("total", 3), "total")))
    two = Table((Column("layer", "l"), Column("b", "b")), (Line(("x", 3)), Line(("y", 4))))
    assert in_csv(one, two) == [["layer", "a", "b"], ["x", "1", "3"], ["y", "2", "4"]]
    assert format_of("ndjson").render(Document("t", (one, two), ()), io.StringIO()).count('"b": ') == 2


def test_other_tables_are_told_apart_in_csv() -> None:
    one = Table((Column("layer", "l"), Column("a", "a")), (Line(("x", 1)), Line(("x", 2))), "first")
    two = Table((Column("b", "b"), Column("layer", "l")), (Line((3, "z")),))
    three = Table((Column("b", "b"),), (Line((4,)),), for_machines=False)
    assert in_csv(one, two, three) == [
        ["record", "layer", "a", "b"],
        ["first", "x", "1", ""],
        ["first", "x", "2", ""],
        ["2", "z", "", "3"],
    ]


def on_a_terminal(columns: int, *arguments: str, **environment: str) -> str:
    """Return what the program prints on a terminal of a width."""
    child, descriptor = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        settings = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", **environment}
        os.execve(sys.executable, [sys.executable, "-m", "lstm_calc", *arguments], settings)
    chunks = []
    try:
        while chunk := os.read(descriptor, 65536):
            chunks.append(chunk)
    except OSError:
        pass
    os.close(descriptor)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return b"".join(chunks).decode().replace("\r\n", "\n")


WIDE = ("tensors", "800000 > bilstm 32 > dense 1000", "-f", "keras", "--gates")


@pytest.mark.spread(3)
@pytest.mark.parametrize("columns", [20, 40, 80, 120, 200])
@pytest.mark.parametrize("arguments", [("params", "-i", "32", "-u", "32"), WIDE], ids=["params", "tensors"])
def test_nothing_is_cut_at_any_width(columns: int, arguments: tuple[str, ...]) -> None:
    shown = "".join(ANSI.sub("", on_a_terminal(columns, *arguments)).split())
    assert "…" not in shown
    for word in (
        ("8,320", "2,080") if arguments[0] == "params" else ("800000", "[:,32:64]", "bidirectional/forward_lstm/lstm_cell/kernel")
    ):
        assert word in shown


def test_a_table_that_fits_is_a_table_and_one_that_does_not_is_a_list() -> None:
    call = ("params", "-i", "32", "-u", "32")
    assert "gate: input" in ANSI.sub("", on_a_terminal(14, *call))
    assert "gate: input" not in ANSI.sub("", on_a_terminal(80, *call))
    lines = ANSI.sub("", on_a_terminal(40, *call)).splitlines()
    assert max(map(len, lines)) <= 40


def narrow(monkeypatch: pytest.MonkeyPatch, width: int, columns: tuple[Column, ...], *lines: Line) -> list[str]:
    """Return what a terminal of a width shows of a table, from its header on."""
    monkeypatch.setenv("COLUMNS", str(width))
    shown = ANSI.sub("", format_of("table").render(Document("t", (Table(columns, lines),), ()), Terminal()))
    return [line.rstrip() for line in shown.splitlines()[2:] if line.strip()]


def test_headings_are_shortened_before_a_column_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = (Column("way", "direction", short="dir."), Column("share", "share", "share", gives_way=1))
    assert narrow(monkeypatch, 18, columns, Line(("fw", 0.5)))[0] == " direction  share"
    assert narrow(monkeypatch, 17, columns, Line(("fw", 0.5)))[0] == " dir.  share"


def test_what_every_row_has_in_common_is_said_below(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = (Column("layer", "layer"), Column("bias", "bias", "shape"), Column("n", "n", "number"))
    lines = (Line(("lstm", (128,), 1)), Line(("lstm_1", (128,), 2)), Line(("total", None, 3), "total"))
    assert narrow(monkeypatch, 18, columns, *lines)[0] == " layer   bias   n"
    shown = narrow(monkeypatch, 17, columns, *lines)
    assert (shown[0], " ".join(shown[-2:])) == (" layer   n", "in every row, bias: (128)")


def test_shorter_words_are_explained_and_come_before_words_are_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = (Column("gate", "gate", shorter=(("input, forget", "i f"), ("never seen", "n s"))), Column("n", "n", "number"))
    lines = (Line(("input, forget", 1)), Line(("cell", 2)))
    assert narrow(monkeypatch, 18, columns, *lines)[2:] == [" input, forget  1", " cell           2"]
    assert narrow(monkeypatch, 17, columns, *lines)[2:] == [" i f   1", " cell  2", "i f: input,", "forget"]


def test_groups_of_one_row_each_stand_without_blank_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    columns = (Column("layer", "layer", grouped=True), Column("n", "n", "number"))

    def blanks(*names: str) -> int:
        table = Table(columns, tuple(Line((name, at)) for at, name in enumerate(names)))
        return ANSI.sub("", format_of("table").render(Document("t", (table,), ()), Terminal())).strip().count("\n\n")

    assert (blanks("a", "b", "c"), blanks("a", "a", "b")) == (1, 2)


def test_words_are_wrapped_before_a_group_shares_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = (Column("layer", "layer", grouped=True), Column("n", "n", "number"), Column("what", "what"))
    shown = narrow(monkeypatch, 29, columns, Line(("lstm", 1, "it is added")), Line(("lstm", 2, "the same, but at every step")))
    assert shown[2:] == [" lstm   1  it is added", "        2  the same, but at", "           every step"]


def test_what_rows_share_is_said_above_them(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = (
        Column("tensor", "into keras", grouped=True),
        Column("shape", "shape", "shape", short="s."),
        Column("gate", "gate"),
        Column("n", "n", "number"),
        Column("role", "role"),
    )
    names = ("encoder.lstm.weight_ih_l0", "encoder.lstm.weight_hh_l0")
    lines = [
        Line((name, (8, at), gate, 1_234 + at, f"kernel_{at}")) for at, name in enumerate(names) for gate in ("input", "forget")
    ]
    shown = narrow(monkeypatch, 50, columns, *lines, Line(("total", None, None, 4_938, None), "total"))
    assert shown == [
        "   gate        n",
        " ───────────────",
        " encoder.lstm.weight_ih_l0  shape: (8, 0)",
        "   role: kernel_0",
        "   input   1,234",
        "   forget  1,234",
        " encoder.lstm.weight_hh_l0  shape: (8, 1)",
        "   role: kernel_1",
        "   input   1,235",
        "   forget  1,235",
        "   total   4,938",
    ]


def test_names_lose_their_middle_as_long_as_they_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = (Column("tensor", "tensor"), Column("n", "n", "number"))
    names = ("encoder.cells.forward.weight_hh_l0", "decoder.cells.forward.weight_hh_l0")
    shown = narrow(monkeypatch, 30, columns, *(Line((name, 1_234_567 + at)) for at, name in enumerate(names)))
    assert shown[2:4] == [" encod…eight_hh_l0  1,234,567", " decod…eight_hh_l0  1,234,568"]
    assert " ".join(shown[4:]) == "left out, for want of width: the middle of long names"
    alike = ("encoder.1.cells.forward.weight", "encoder.2.cells.forward.weight")
    assert narrow(monkeypatch, 24, columns, *(Line((name, 1_234_567 + at)) for at, name in enumerate(alike)))[0].startswith(
        "tensor:"
    )


NAMES = st.text("ab1_/.", min_size=1, max_size=60)
PROSE = st.text("ab1 ,;", max_size=90).map(str.strip)
SHAPES = st.lists(st.integers(0, 10**7), max_size=4).map(tuple)
CELLS: dict[Kind, st.SearchStrategy[Any]] = {
    "text": NAMES | PROSE,
    "number": st.integers(0, 10**15),
    "shape": SHAPES,
    "bytes": st.integers(0, 10**15),
    "delta": st.integers(-(10**9), 10**9),
    "share": st.floats(0, 1),
}


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Draw a table whose lines may share the values of their group."""
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=10))
    titles = draw(st.lists(st.text("abc ", min_size=1, max_size=20), min_size=len(kinds), max_size=len(kinds)))
    first = draw(st.booleans())
    columns = [
        Column(f"c{at}", title, kind, grouped=first and not at) for at, (title, kind) in enumerate(zip(titles, kinds, strict=True))
    ]
    values = [draw(st.lists(CELLS[kind], min_size=1, max_size=3)) for kind in kinds]
    rows = range(draw(st.integers(1, 8)))
    return Table(tuple(columns), tuple(Line(tuple(each[at // 2 % len(each)] for each in values)) for at in rows))


@given(table=tables(), width=st.integers(80, 140), words=PROSE | NAMES)
def test_no_line_is_wider_than_the_terminal_and_no_cell_loses_a_digit(table: Table, width: int, words: str) -> None:
    document = Document(words, (table,), (words,), body=(Block(f"{words} = {words}", "formula"), Block(words, "item")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        shown = ANSI.sub("", format_of("table").render(document, Terminal()))
        without = ANSI.sub("", format_of("table").render(document.replace(tables=()), Terminal()))
    assert max(map(len, shown.splitlines())) <= width
    for column, values in zip(table.columns, zip(*(line.values for line in table.lines), strict=True), strict=True):
        assert column.kind == "text" or all(worded(column.kind, value) in shown for value in values)
    distinct = [dict.fromkeys(row) for row in zip(*(line.values for line in table.lines), strict=True)]
    cells = [worded(column.kind, value) for column, row in zip(table.columns, distinct, strict=True) for value in row]
    digits = Counter(filter(str.isdigit, shown)) - Counter(filter(str.isdigit, without))
    assert digits >= Counter(filter(str.isdigit, "".join(cells)))


def test_a_table_too_wide_for_its_terminal_is_a_line_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "12")
    shown = ANSI.sub("", format_of("table").render(FOREIGN.replace(title="t", notes=()), Terminal()))
    first, second, total = (block.splitlines() for block in shown.partition("t\n")[2].strip("\n").split("\n\n"))
    assert first == ["name:", "  [red]x|y_", "  z[/red]", "shape:", "  (3, 4)", "n: 12"]
    assert second == ["name: =1+1", "shape: (5)"]
    assert total == ["name: total", "n: 1,234,567"]
    monkeypatch.setenv("COLUMNS", "80")
    assert "name:" not in format_of("table").render(FOREIGN, Terminal())


GIVING_WAY = Document(
    "t",
    (
        Table(
            (Column("a", "a"), Column("b", "b", gives_way=2), Column("c", "c", gives_way=1), Column("d", "d", "number")),
            (Line(("x" * 10, "y" * 10, "z" * 10, 12)),),
        ),
    ),
    (),
)


@pytest.mark.parametrize(
    ("columns", "kept", "said"),
    [
        (60, "abcd", ""),
        (39, "abd", ", for want of width: c"),
        (27, "ad", ", for want of width: b and c"),
        (11, "", ""),
    ],
)
def test_columns_give_way_before_a_table_becomes_a_list(
    monkeypatch: pytest.MonkeyPatch, columns: int, kept: str, said: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = ANSI.sub("", format_of("table").render(GIVING_WAY, Terminal()))
    assert " ".join(shown.split("\n")[2].split()) == (" ".join(kept) or "a:")
    assert " ".join(shown.partition("left out")[2].split()) == said
    assert "left out" not in format_of("table").render(GIVING_WAY, io.StringIO())
    chosen = ANSI.sub("", format_of("table").render(GIVING_WAY.with_columns(["b", "c", "a"]), Terminal()))
    assert "left out" not in chosen


def test_letters_that_are_two_columns_wide_leave_the_columns_in_line() -> None:
    columns = (Column("name", "name"), Column("n", "n", "number"))
    table = Table(columns, (Line(("層層層", 1)), Line(("layer", 2))))
    *_, wide, narrow = format_of("table").render(Document("t", (table,), ()), io.StringIO()).rstrip().splitlines()
    assert [wide.strip(), narrow.strip()] == ["層層層  1", "layer   2"]


def test_colour_is_for_terminals_and_obeys_the_environment() -> None:
    call = ("params", "-i", "32", "-u", "32")
    assert "\x1b[" in on_a_terminal(100, *call)
    assert "\x1b[" not in ANSI.sub("", on_a_terminal(100, *call))
    assert "\x1b[3" not in on_a_terminal(100, *call, NO_COLOR="1")


def test_a_pipe_gets_the_table_of_a_wide_terminal(cli: Cli) -> None:
    on_pipe = cli("params", "-i", "32", "-u", "32").stdout
    on_terminal = ANSI.sub("", on_a_terminal(200, "params", "-i", "32", "-u", "32"))
    assert [line.rstrip() for line in on_terminal.splitlines()] == on_pipe.splitlines()
    assert "\x1b" not in on_pipe


def test_a_very_long_table_looks_as_rich_draws_a_shorter_one() -> None:
    columns = (
        Column("layer", "layer", grouped=True),
        Column("shape", "the shape", "shape"),
        Column("n", "how many", "number", grouped=True),
    )
    lines = (Line(("é", (3, 4), 12)), Line(("é", (5,), 12)), Line(("é", None, 24), "subtotal"), Line(("日本", (1,), 1234567)))
    by_rich, plainly = (
        format_of("table").render(Document("t", (Table(columns, lines * times),), ()), io.StringIO()) for times in (75, 500)
    )
    assert len(by_rich.splitlines()) > 300
    assert plainly.startswith(by_rich.rstrip("\n"))


CRNN = (
    "32x128x1 > conv 64 kernel=3x3 padding=same > batchnorm > relu > pool 2x2 > conv 128 kernel=3x3 padding=same > batchnorm > relu"
    " > pool 2x2 > permute 2x1x3 > reshape 32x1024 > bilstm 128 > bilstm 128 > dense 80 > softmax"
)


@pytest.mark.parametrize("columns", [80, 100])
def test_a_model_with_images_and_statistics_is_a_table(columns: int) -> None:
    lines = ANSI.sub("", on_a_terminal(columns, "params", CRNN, "-f", "keras")).splitlines()
    assert "1,670,736" in next(line for line in lines if line.startswith(" total"))
    assert max(map(len, lines)) <= columns
    shown = [line.split() for line in lines]
    assert shown.index(["m", "v", "2", *(["(64)", "frozen"] if columns == 100 else []), "128"]) > 0
