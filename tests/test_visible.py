"""Names out of files reach a screen without what a screen would carry out, in every format and in every message."""

from __future__ import annotations

import io
import json
import re
import tempfile
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from lstm_calc.cli import app
from lstm_calc.render import format_of, formats
from lstm_calc.render.chart import Chart, Curve, as_text
from lstm_calc.render.document import Block, Column, Document, Edge, Graph, Line, Node, Table
from lstm_calc.visible import visible
from tests.handmade import torch_tensor, torch_zip

if TYPE_CHECKING:
    from tests.conftest import Cli

HOSTILE = (
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\r",
    "\x08",
    "\x7f",
    "\x85",
    "\u202e",
    "\u2066",
    "\u200f",
    "\u2028",
    "\u2029",
    "\ufeff",
)
TEXTS = st.lists(st.sampled_from(HOSTILE) | st.characters(codec="utf-8"), min_size=1, max_size=8).map("".join)
STYLED = re.compile(r"\x1b\[[0-9;]*m")
"""What rich itself writes for colours, on a terminal."""


def assert_harmless(text: str) -> None:
    """Assert that a text has lines and characters that are printable, and nothing else."""
    harmful = {char for char in unescape(text) if not (char.isprintable() or char in "\n\xa0")}  # rich's SVG has such spaces
    assert not harmful


def document(text: str) -> Document:
    """Return a document that has a text in every place."""
    columns = (Column("name", text, grouped=True), Column("n", text, "number"))
    table = Table(columns, (Line((text, 1)), Line((text, 2), "total")))
    graph = Graph(text, (Node(text, (text, text)), Node("end", (text,), end=True)), (Edge(text, "end", text), Edge(text, "end")))
    body = tuple(Block(text, kind) for kind in ("heading", "text", "item", "formula"))
    return Document(text, (table, Table(columns, table.lines[:1])), (text,), (graph,), body, (Document(text, (table,), (text,)),))


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@given(TEXTS)
@example("".join(HOSTILE))
@pytest.mark.parametrize("stream", [io.StringIO, Screen])
@pytest.mark.parametrize("form", [form for form in formats() if not format_of(form).of_data])
def test_no_format_of_a_document_shows_a_control_character(form: str, stream: type[io.StringIO], text: str) -> None:
    assert_harmless(STYLED.sub("", format_of(form).render(document(text), stream())))


@given(TEXTS)
@example("".join(HOSTILE))
@pytest.mark.parametrize("width", [None, 4])
def test_a_narrow_and_a_long_table_show_none_either(width: int | None, text: str) -> None:
    whole = document(text)
    long = whole.replace(tables=(whole.tables[0].replace(lines=whole.tables[0].lines[:1] * 50),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width or 200))
        assert_harmless(STYLED.sub("", format_of("table").render(long, Screen())))


@given(TEXTS)
def test_lines_of_json_keep_a_name_as_it_is(text: str) -> None:
    rendered = format_of("ndjson").render(document(text), io.StringIO())
    assert rendered.isascii()
    assert {json.loads(line)["name"] for line in rendered.splitlines()} == {text}


@given(TEXTS)
def test_rows_that_are_written_while_they_are_made_show_none(text: str) -> None:
    columns = (Column("name", text), Column("n", text, "number"))
    for write in filter(None, (format_of(form).rows for form in formats())):
        assert_harmless("".join(write(columns, [("plain", 1)])))
    assert_harmless("".join(format_of("markdown").rows(columns, [(text, 1)])))


@given(TEXTS)
def test_a_plot_in_characters_shows_none(text: str) -> None:
    curves = (Curve(text, ((1, 1), (2, 2))), Curve("b", ((1, 2), (2, 3))))
    assert_harmless(as_text(Chart(text, text, text, curves, 2, text), 40, 20))


@given(TEXTS)
def test_what_is_visible_stays_as_it_is(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert visible(shown) == shown
    assert shown == text or not text.isprintable()


def safetensors(shapes: dict[str, tuple[int, ...]]) -> bytes:
    at, header = 0, {}
    for name, shape in shapes.items():
        size = 4 * shape[0] * (shape[1] if len(shape) > 1 else 1)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(at)


LSTM = {"weight_ih_l0": (16, 8), "weight_hh_l0": (16, 4), "bias_ih_l0": (16,), "bias_hh_l0": (16,)}


def hostile_weights(text: str) -> bytes:
    """Return an LSTM and what stands beside it, under names that have a text in them."""
    return safetensors({f"{text}.{name}": shape for name, shape in LSTM.items()} | {f"x{text}.y": (3, 3), text: (5,)})


CALLS = {
    "the layers": lambda path: ("inspect", path),
    "the tensors": lambda path: ("inspect", path, "--tensors"),
    "two files": lambda path: ("inspect", path, path, "--tensors"),
    "the same": lambda path: ("inspect", "--same", path, path),
}


@pytest.mark.slow
@settings(max_examples=max(5, settings().max_examples // 8))  # each is eight calls
@given(text=TEXTS)
@example(text="".join(HOSTILE))
@pytest.mark.parametrize("call", CALLS)
def test_names_in_a_file_of_weights_are_harmless_in_every_format(call: str, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.safetensors"
        path.write_bytes(hostile_weights(text))
        for form in ("table", "csv", "markdown", "latex", "html", "svg", "ndjson", "json"):
            result = CliRunner().invoke(app, [*CALLS[call](str(path)), "--format", form], catch_exceptions=False)
            assert result.exit_code in {0, 1}
            assert_harmless(result.stdout)
            assert_harmless(result.stderr)
    if call == "the tensors":
        assert text in {tensor["name"] for tensor in json.loads(result.stdout)["files"][0]["tensors"]}


def test_the_note_on_shared_numbers_is_harmless(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "shared.pt"
    both = ("\x1b]0;owned\x07", "b")
    value = {f"{layer}.{name}": torch_tensor(name, shape) for layer in both for name, shape in LSTM.items()}
    path.write_bytes(torch_zip(value, dict.fromkeys(LSTM, 2048)))
    result = cli("inspect", str(path))
    assert "shares its numbers with \\x1b/0;owned\\x07" in result.stdout
    assert_harmless(result.stdout)
    answer = json.loads(cli("inspect", str(path), "--tensors", "--format", "json").stdout)
    assert "\x1b]0;owned\x07.weight_ih_l0" in {tensor["name"] for tensor in answer["files"][0]["tensors"]}


@pytest.mark.spread(12)
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", ["table", "github", "csv"])
def test_messages_are_harmless(cli: Cli, tmp_path: Path, form: str, text: str) -> None:
    toml = tmp_path / "m.toml"
    escaped = "".join(f"\\U{ord(char):08x}" for char in text)
    toml.write_text(f'input_dim = 8\n"{escaped}" = 1\n')
    keras = tmp_path / "m.json"
    keras.write_text(
        json.dumps({"class_name": "Sequential", "config": {"name": text, "layers": [{"class_name": text, "config": {}}]}})
    )
    broken = tmp_path / f"a{text}b.toml"
    for name in (str(toml), str(keras), str(broken), f"8 > {text} 4", f"8 > lstm {text}"):
        result = cli("check", name, "--max-params", "1k", "--format", form)
        assert result.exit_code == 2
        assert_harmless(result.output)
    for arguments in (("params", f"--{text}"), (text,), ("inspect", str(broken)), ("params", "8 > lstm 4", "-o", f"{text}/x")):
        result = cli(*arguments)
        assert result.exit_code == 2
        assert_harmless(result.output)
