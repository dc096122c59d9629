"""Drawings: what they show, and that Mermaid draws them in a real browser."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from lstm_calc import ModelError, diagram, read
from lstm_calc.frameworks import frameworks
from lstm_calc.model.cells import CELLS
from lstm_calc.render.as_mermaid import render
from lstm_calc.render.document import Document, Edge, Graph, Node

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Cli

MERMAID = "mermaid@11.12.0"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NPM = shutil.which("npm")
DRAWN = {
    "stack": (
        "shapes",
        "vocab 20k > embed 128 > bilstm 64 x2 > dense 10",
        "-f",
        "keras",
        "--shape",
        "8x100",
        "--format",
        "mermaid",
    ),
    "module": ("shapes", "32 > lstm 64 x3", "-f", "pytorch", "--format", "mermaid"),
    "cell": ("diagram", "32 > lstm 64 proj=16 peephole > dense 10"),
    "forecast": ("forecast", "--features", "5", "--window", "64", "--horizon", "3", "--units", "32", "--format", "mermaid"),
    "gru": ("diagram", "32 > gru 64", "-f", "keras", "--layer", "gru"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_golden_drawings(cli: Cli, golden: Callable[[str, str], None], name: str) -> None:
    golden(f"diagram-{name}.mmd", cli(*DRAWN[name]).stdout)


def test_a_step_of_a_cell_reads_what_its_equations_name() -> None:
    values = {value.key: value for value in diagram(read("32 > lstm 64 proj=16 peephole")).values}
    assert {key: set(value.reads) for key, value in values.items()} == {
        "i_t": {"x_t", "h_t-1", "c_t-1"},
        "f_t": {"x_t", "h_t-1", "c_t-1"},
        "g_t": {"x_t", "h_t-1"},
        "c_t": {"f_t", "c_t-1", "i_t", "g_t"},
        "o_t": {"x_t", "h_t-1", "c_t"},
        "h_t": {"o_t", "c_t"},
    }
    assert values["h_t"].shape == (16,)
    assert values["h_t"].matrices == {"projection": (16, 64)}
    assert values["o_t"].matrices == {"kernel": (64, 32), "recurrent_kernel": (64, 16), "bias": (64,), "peephole": (64,)}


@pytest.mark.parametrize(
    ("framework", "cell"), [(name, cell) for name, table in frameworks().items() for cell in CELLS if cell in table.layouts]
)
def test_every_cell_of_every_framework_is_drawn(framework: str, cell: str) -> None:
    answer = diagram(read(f"3 > {cell} 4{' kernel=3' * cell.startswith('conv_')}"), framework)
    keys = {*answer.inputs, *(value.key for value in answer.values)}
    assert all(set(value.reads) <= keys and value.reads for value in answer.values)
    assert {f"{state}_t" for state in CELLS[cell].states} <= keys


def test_coupled_gates_are_one() -> None:
    keys = [value.key for value in diagram(read("3 > lstm 4 coupled"), "tflite").values]
    assert keys.index("f_t") < keys.index("i_t")


def test_a_layer_that_is_not_there_is_named() -> None:
    with pytest.raises(ModelError, match="'lstm_9' is not a recurrent layer of the model; did you mean 'lstm_1'"):
        diagram(read("3 > lstm 4 x2"), layer="lstm_9")
    with pytest.raises(ModelError, match="'lstm' is not a recurrent layer of the model: the model has none"):
        diagram(read("3 > dense 4"), layer="lstm")


def test_a_model_without_a_recurrent_layer_is_drawn_alone(cli: Cli) -> None:
    (graph,) = diagram(read("3 > dense 4 > dense 2")).document().graphs
    assert [node.key for node in graph.nodes] == ["start", "layer dense", "layer dense_1", "end"]
    answer = json.loads(cli("diagram", "3 > dense 4", "--format", "json").stdout)
    assert answer["cell"] == {"layer": None, "cell": None, "inputs": {}, "values": []}
    assert cli("diagram", "3 > dense 4", "--format", "svg").stdout.count("<rect") == 4


def test_every_format_has_the_drawing_or_says_that_it_has_none(cli: Cli) -> None:
    assert "```mermaid\nflowchart TB\n" in cli("diagram", "3 > lstm 4", "--format", "markdown").stdout
    answer = json.loads(cli("diagram", "3 > lstm 4", "--format", "json").stdout)
    assert (answer["schema"], answer["cell"]["inputs"]) == ("lstm-calc/diagram/1", {"x_t": [3], "h_t-1": [4], "c_t-1": [4]})
    refused = cli("params", "3 > lstm 4", "--format", "mermaid")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == ("error: --format: mermaid draws, and this answer has no drawing; shapes, diagram and forecast have\n")


HOSTILE = 'a"b<i>#35;`c`&amp;'


def test_labels_end_nothing() -> None:
    graph = Graph("t", (Node("a", (HOSTILE,)), Node("b", ("b",), end=True)), (Edge("a", "b", HOSTILE),))
    lines = render(Document("", (), (), (graph,)), None).splitlines()
    assert [line.count('"') for line in lines] == [0, 2, 2, 2]
    assert not any(re.search("<i>|`", line) for line in lines)


FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--no-first-run", "--dump-dom"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--virtual-time-budget=20000"),
)
SCRIPT = "<script src='node_modules/mermaid/dist/mermaid.min.js'></script><script>mermaid.initialize({startOnLoad: true})</script>"


@pytest.mark.browser
@pytest.mark.skipif(not (CHROMIUM and NPM), reason="needs chromium and npm")
def test_a_browser_draws_them(cli: Cli, tmp_path: Path) -> None:
    subprocess.run([str(NPM), "install", "--silent", "--no-audit", "--no-fund", MERMAID], cwd=tmp_path, check=True)
    hostile = Document("", (), (), (Graph("t", (Node("a", (HOSTILE,)),), ()),))
    texts = [*(cli(*asked).stdout for asked in DRAWN.values()), render(hostile, None)]
    page = tmp_path / "page.html"
    page.write_text(
        "<meta charset='utf-8'>" + "".join(f"<pre class='mermaid'>{html.escape(text)}</pre>" for text in texts) + SCRIPT
    )
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()]
    drawn = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert drawn.count("<svg") == len(texts)
    assert "Syntax error" not in drawn
    words = html.unescape(re.sub("<[^>]*>", " ", drawn))
    shown = ("(8, 100, 128)", "lstm_1", "bilstm 64", "h[t] = P (o[t] ⊙ tanh(c[t]))", "+ U_f h[t-1]", HOSTILE)
    assert [text for text in shown if text not in words] == []


def test_the_values_of_a_step_with_peepholes_and_a_projection() -> None:
    found = diagram(read("3 > dense 5 > lstm 4 projection=2 peephole"))
    own = {"kernel": (4, 5), "recurrent_kernel": (4, 2), "bias": (4,)}
    seeing = own | {"peephole": (4,)}
    assert (found.layer, found.cell, found.inputs) == ("lstm", "lstm", {"x_t": (5,), "h_t-1": (2,), "c_t-1": (4,)})
    assert [(value.key, value.gate, value.shape, value.reads, value.matrices) for value in found.values] == [
        ("i_t", "input", (4,), ("x_t", "h_t-1", "c_t-1"), seeing),
        ("f_t", "forget", (4,), ("x_t", "h_t-1", "c_t-1"), seeing),
        ("g_t", "cell", (4,), ("x_t", "h_t-1"), own),
        ("c_t", None, (4,), ("c_t-1", "i_t", "f_t", "g_t"), {}),
        ("o_t", "output", (4,), ("x_t", "h_t-1", "c_t"), seeing),
        ("h_t", None, (2,), ("c_t", "o_t"), {"projection": (2, 4)}),
    ]
