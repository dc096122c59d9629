"""Pictures of graphs: laws of where things stand, for graphs made up at random and for every cell, and what the text of one has."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise
from time import process_time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc import diagram, read
from lstm_calc.errors import FrameworkError, OutputError
from lstm_calc.frameworks import frameworks
from lstm_calc.model.cells import CELLS
from lstm_calc.render import format_of, layered
from lstm_calc.render.boxes import LINE, line_width, lines_of
from lstm_calc.render.document import Document, Edge, Graph, Node
from lstm_calc.render.drawing import STYLE, laid_out, sheet, svg
from lstm_calc.render.wiring import Router

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lstm_calc.render.boxes import Box, Drawing, Point, Wire
    from tests.conftest import Cli

SVG = "{http://www.w3.org/2000/svg}"
NEAR = 0.01
LABELS = st.sampled_from(["", "(None, 64)", "h (8, 128)", "<b>&\"'", "日本"])
NAMES = st.sampled_from(["lstm", "a" * 300, "bidirectional_lstm/with a name of words", "<i>", "Ünï\x1b[0m", "m", "日本語の層"])


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Graphs without a circle, of up to 14 boxes; every box but the first ones reads some before it."""
    count = draw(st.integers(1, 14))
    nodes = tuple(
        Node(f"n{at}", (draw(NAMES), draw(NAMES))[: draw(st.integers(1, 2))], end=draw(st.booleans()), form=draw(FORMS))
        for at in range(count)
    )
    starts = st.lists(st.integers(0, count - 1), max_size=4)
    edges = [Edge(f"n{start}", f"n{stop}", draw(LABELS)) for stop in range(count) for start in draw(starts) if start < stop]
    return Graph("a <title>", nodes, tuple(edges))


FORMS = st.sampled_from(["layer", "shared"])
CELLS_DRAWN = [
    f"3 > {cell} 4{options}"
    for cell in CELLS
    for options in (
        {"lstm": ("", " peephole", " proj=2", " coupled", " proj=2 peephole", " nobias", " coupled peephole")}
        | {"gru": ("", " reset_after", " reset_before", " nobias"), "mgu": ("", " ungated")}
        | {"conv_lstm": (" kernel=3", " kernel=3x3"), "conv_gru": (" kernel=3",)}
    ).get(cell, ("",))
]


def cell_graphs(line: str) -> Iterator[Graph]:
    """Yield the drawing of a cell in every framework that has it, each once."""
    seen: set[Graph] = set()
    for name in frameworks():
        try:
            _, graph = diagram(read(line), name).document().graphs
        except FrameworkError:
            continue
        if graph not in seen:
            seen.add(graph)
            yield graph


@given(graphs())
def test_layers_stand_apart(graph: Graph) -> None:
    holds(graph)


@pytest.mark.spread(4)
@pytest.mark.parametrize("line", CELLS_DRAWN)
def test_the_parts_of_a_cell_stand_apart(line: str) -> None:
    drawn = list(cell_graphs(line))
    assert drawn
    for graph in drawn:
        holds(graph)
        assert graph.through is not None
        one, two = (box for box in laid_out(graph).boxes if box.node.key in graph.through)
        assert one.x < two.x


def test_what_runs_through_is_a_straight_line_along_the_top() -> None:
    for line in ("3 > lstm 4", "3 > gru 4", "3 > lstm 4 peephole coupled"):
        _, graph = diagram(read(line)).document().graphs
        assert graph.through is not None
        drawing = laid_out(graph)
        ends = [box.y + box.height / 2 for box in drawing.boxes if box.node.key in graph.through]
        on_it = [box for box in drawing.boxes if abs(box.y + box.height / 2 - ends[0]) < NEAR]
        assert len(set(ends)) == 1
        assert sorted(box.node.lines[0] for box in on_it if not box.node.end) == ["+", "×"]
        assert min(box.y + box.height / 2 for box in drawing.boxes) == ends[0]


def test_gates_stand_side_by_side_in_the_order_in_which_they_are_used() -> None:
    _, graph = diagram(read("3 > lstm 4")).document().graphs
    gates = sorted((box for box in laid_out(graph).boxes if box.node.form == "layer" and not box.node.end), key=lambda box: box.x)
    assert [box.node.lines for box in gates] == [("forget gate",), ("input gate",), ("cell gate",), ("output gate",)]
    assert len({box.y for box in gates}) == 1


def holds(graph: Graph) -> None:
    """Check the laws of a drawing."""
    drawing = laid_out(graph)
    assert sorted(box.node.key for box in drawing.boxes) == sorted(node.key for node in graph.nodes)
    rooms = [(box.x, box.y, box.width, box.height) for box in drawing.boxes]
    rooms += [(label.x - label.width / 2, label.y - label.height / 2, label.width, label.height) for label in drawing.labels]
    assert not [pair for pair in combinations(rooms, 2) if overlaps(*pair)]
    assert all(x >= 0 and y >= 0 and x + width <= drawing.width and y + height <= drawing.height for x, y, width, height in rooms)
    for box in drawing.boxes:
        lines = list(lines_of(box.node))
        assert max(line_width(*line) for line in lines) <= box.width
        assert len(lines) * LINE <= box.height + (box.node.form == "operation") * LINE
    for wire in drawing.wires:
        assert not [box for box in drawing.boxes if any(inside(box, point) for point in points_of(wire))]
    assert linked(drawing) == {(edge.start, edge.stop) for edge in graph.edges}


def overlaps(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    return all(one[axis] + one[axis + 2] > two[axis] and two[axis] + two[axis + 2] > one[axis] for axis in (0, 1))


def inside(box: Box, point: Point) -> bool:
    x, y = point[0] - box.x, point[1] - box.y
    return NEAR < x < box.width - NEAR and NEAR < y < box.height - NEAR


def points_of(wire: Wire) -> Iterator[Point]:
    """Yield points along a line."""
    if not wire.curved:
        for (x, y), (other_x, other_y) in pairwise(wire.points):
            yield from ((x + (other_x - x) * part / 8, y + (other_y - y) * part / 8) for part in range(9))
        return
    (_, (x, y), (stop_x, stop_y), _) = wire.points
    for part in (step / 16 for step in range(17)):
        yield x + (stop_x - x) * (3 * part**2 - 2 * part**3), y + (stop_y - y) * part
    yield from (wire.points[0], wire.points[-1])


def linked(drawing: Drawing) -> set[tuple[str, str]]:
    """Return which boxes are linked: a line begins at a box, or on another line, or below a label that one leads to."""
    starts = {at: begins(drawing, at) for at in range(len(drawing.wires))}
    found = set()
    for wire in drawing.wires:
        if wire.arrow:
            (stop,) = [box.node.key for box in drawing.boxes if touches(box, wire.points[-1])]
            found |= {(start, stop) for start in starts[drawing.wires.index(wire)]}
    return found


def begins(drawing: Drawing, at: int) -> set[str]:
    """Return the box from which a line comes."""
    point = drawing.wires[at].points[0]
    boxes = {box.node.key for box in drawing.boxes if touches(box, point)}
    if boxes:
        assert len(boxes) == 1
        return boxes
    above = {
        (label.x, label.y - label.height / 2) for label in drawing.labels if near((label.x, label.y + label.height / 2), point)
    }
    before = [
        other
        for other, wire in enumerate(drawing.wires)
        if other != at and any(near(wire.points[-1], each) for each in (point, *above))
    ]
    before = before or [other for other, wire in enumerate(drawing.wires) if other != at and lies_on(point, wire)]
    return set[str]().union(*(begins(drawing, other) for other in before))


def touches(box: Box, point: Point) -> bool:
    x, y = point[0] - box.x, point[1] - box.y
    across, down = -NEAR <= x <= box.width + NEAR, -NEAR <= y <= box.height + NEAR
    on_side = min(abs(x), abs(x - box.width)) < NEAR or min(abs(y), abs(y - box.height)) < NEAR
    return across and down and on_side


def near(one: Point, two: Point) -> bool:
    return abs(one[0] - two[0]) < NEAR and abs(one[1] - two[1]) < NEAR


def lies_on(point: Point, wire: Wire) -> bool:
    return not wire.curved and any(
        min(x, other_x) - NEAR <= point[0] <= max(x, other_x) + NEAR
        and min(y, other_y) - NEAR <= point[1] <= max(y, other_y) + NEAR
        for (x, y), (other_x, other_y) in pairwise(wire.points)
    )


@given(graphs())
def test_a_picture_is_well_formed_and_has_every_word(graph: Graph) -> None:
    root = ET.fromstring(sheet("of <b>", (graph,)))  # noqa: S314  our own text
    assert (root.tag, root[0].text) == (f"{SVG}svg", "of <b>")
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "style",
        "g",
        "path",
        "rect",
        "text",
    }
    texts = [text.text for text in root.iter(f"{SVG}text")]
    drawing = laid_out(graph)
    words = [label.text for label in drawing.labels]
    assert texts == words + [line for box in drawing.boxes for line, _ in lines_of(box.node)]
    assert len(root.findall(f".//{SVG}rect")) == len(graph.nodes) + 1
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert (float(root.attrib["width"]), float(root.attrib["height"])) == (width, height)


def test_a_picture_of_several_graphs_has_them_below_each_other() -> None:
    graphs_ = diagram(read("3 > lstm 4")).document().graphs
    root = ET.fromstring(sheet("t", graphs_))  # noqa: S314  our own text
    captions = [text for text in root.iter(f"{SVG}text") if text.attrib["class"] == "caption"]
    assert [caption.text for caption in captions] == [graph.title for graph in graphs_]
    places = [float(group.attrib["transform"].split()[1].rstrip(")")) for group in root.iter(f"{SVG}g")]
    one, two = map(laid_out, graphs_)
    assert places[1] >= places[0] + one.height
    assert float(root.attrib["height"]) == pytest.approx(places[1] + two.height, abs=0.1)


def test_a_picture_tells_what_it_shows_to_those_who_do_not_see_it() -> None:
    nodes = tuple(Node(f"n{at}", (f"layer {at}",)) for at in range(61))
    graph = Graph("chain", nodes, tuple(Edge(f"n{at}", f"n{at + 1}", "(8)" * (at % 2)) for at in range(60)))
    text = svg(graph, laid_out(graph))
    assert 'role="img"' in text
    assert "<desc>chain: layer 0 to layer 1; layer 1 to layer 2: (8); " in text
    assert "; layer 49 to layer 50: (8); and 10 more</desc>" in text


def test_a_picture_is_light_and_dark_and_needs_nothing_else(cli: Cli) -> None:
    text = cli("diagram", "3 > lstm 4", "--format", "svg").stdout
    assert "@media screen and (prefers-color-scheme: dark)" in text
    assert 'style="max-width: 100%; height: auto"' in text
    assert not re.search(r"<script|url\(|@import|href|https?:", text.replace("http://www.w3.org/2000/svg", ""))


PICTURES = {
    "branches": ("shapes", "32 > (lstm 64 | gru 64 x2) > concat > dense 10 name=head > dropout 0.5 > add inputs=dropout,head"),
    "lstm": ("diagram", "32 > bilstm 64 proj=16 peephole", "-f", "textbook"),
    "gru": ("diagram", "32 > gru 64", "-f", "keras"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_golden_pictures(cli: Cli, golden: Callable[[str, str], None], name: str) -> None:
    golden(f"picture-{name}.svg", cli(*PICTURES[name], "--format", "svg").stdout)


def test_a_long_line_is_straight_and_beside_the_boxes() -> None:
    graph = Graph(
        "t",
        tuple(Node(key, (key,)) for key in "abcd"),
        (Edge("a", "b"), Edge("b", "c"), Edge("c", "d"), Edge("a", "d")),
    )
    drawing = laid_out(graph)
    (top,) = (box for box in drawing.boxes if box.node.key == "a")
    (bottom,) = (box for box in drawing.boxes if box.node.key == "d")
    straight = [wire for wire in drawing.wires if len({x for x, _ in wire.points}) == 1]
    assert top.y + top.height < bottom.y
    assert len(straight) >= len(drawing.wires) - 4


def test_a_graph_that_is_too_large_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = tuple(Node(f"n{at}", (f"layer {at}",)) for at in range(1_000))
    edges = [Edge(f"n{at}", f"n{at + 1}") for at in range(999)] + [Edge(f"n{at}", f"n{999 - at}") for at in range(499)]
    document = Document("t", (), (), (Graph("net", nodes, tuple(edges)),))
    said = "a graph of 1,000 layers and 1,498 arrows is too large for a picture"
    assert f"<p>{said}; the format mermaid has it.</p>" in format_of("html").render(document, io.StringIO())
    with pytest.raises(OutputError) as raised:
        format_of("svg").render(document, io.StringIO())
    assert str(raised.value) == f"--format: {said}; mermaid has it"
    (graph,) = document.graphs
    alike = graph.replace(nodes=nodes[:3], edges=graph.edges[:2])
    monkeypatch.setattr(layered, "MOST_PLACES", 3 + 2 * 2)
    assert len(laid_out(alike).boxes) == 3
    monkeypatch.setattr(layered, "MOST_PLACES", 3 + 2 * 2 - 1)
    with pytest.raises(layered.TooLargeError):
        laid_out(alike)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("markdown", r"| $f_{t} = \sigma(W_{f}\thinspace x_{t} + U_{f}\thinspace h_{t-1} + b_{f})$ | (4) | kernel (4, 3), "),
        ("latex", r"$f_{t} = \sigma(W_{f}\thinspace x_{t} + U_{f}\thinspace h_{t-1} + b_{f})$ & (4) & kernel (4, 3), "),
        ("html", "<td><math><msub><mi>f</mi><mi>t</mi></msub><mo>=</mo><mi>σ</mi><mo>(</mo><msub><mi>W</mi><mi>f</mi></msub>"),
        ("csv", ",f_t,sigmoid(pre(forget)),f[t] = σ(W_f x[t] + U_f h[t-1] + b_f),"),
        ("table", "f[t] = σ(W_f x[t] + U_f h[t-1] + b_f)"),
    ],
)
def test_the_equations_of_a_cell_are_set_as_formulas(cli: Cli, form: str, words: str) -> None:
    text = cli("diagram", "3 > lstm 4", "--format", form).stdout
    assert words in text
    assert ("pre(" in text) == (form == "csv")


def test_arrows_in_a_circle_are_no_drawing() -> None:
    graph = Graph("round", (Node("a", ("a",)), Node("b", ("b",))), (Edge("a", "b"), Edge("b", "a")))
    with pytest.raises(ValueError, match="the arrows of round run in a circle"):
        laid_out(graph)


def test_a_line_that_has_no_way_is_refused() -> None:
    router = Router([(0, 0, 2, 2)])
    router.route("a", {(2, 0): (1, 0)}, {(-2, 0): (-1, 0)})
    with pytest.raises(ValueError, match="no line leads from b"):
        router.route("b", {(0, 2): (0, 1)}, {(-2, 0): (-1, 0)})


@pytest.mark.slow
def test_a_graph_of_2000_layers_is_laid_out_in_two_seconds() -> None:
    nodes = tuple(Node(f"n{at}", (f"layer {at}",)) for at in range(2_000))
    edges = [Edge(f"n{at}", f"n{at + 1}", "(8, 64)") for at in range(1_999)]
    edges += [Edge(f"n{at}", f"n{at + 3}", "(8, 64)") for at in range(0, 1_990, 3)]
    started = process_time()
    drawing = laid_out(Graph("long", nodes, tuple(edges)))
    assert len(drawing.boxes) == 2_000
    assert process_time() - started < 2


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--dump-dom", "--virtual-time-budget=10000"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
MEASURE = """<script>
const wide = []
for (const box of document.querySelectorAll("rect:not(.paper)")) {
  const room = box.getBBox()
  for (let text = box.nextElementSibling; text && text.tagName === "text"; text = text.nextElementSibling) {
    const has = text.getBBox()
    if (has.x < room.x || has.x + has.width > room.x + room.width || has.y < room.y || has.y + has.height > room.y + room.height)
      wide.push(text.textContent)
  }
}
document.title = "found " + wide.length + " " + wide.join(" | ")
</script>"""


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="needs chromium")
def test_a_browser_has_every_text_inside_its_box(tmp_path: Path) -> None:
    names = (
        "LSTM_WITH_WIDE_CAPITALS_MWMWMW",
        "bidirectional_lstm_1/forward",
        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
        "日本語の層",
        "%@&—ÄÖÜß",
    )
    made_up = Graph("t", tuple(Node(name, (name, name), formula=(f"{name[:3]}_t = σ(W_f x[t]",)) for name in names), ())
    cells = [
        diagram(read(line)).document().graphs[1] for line in ("3 > lstm 4 proj=2 peephole", "3 > gru 4 reset_after", "3 > rnn 4")
    ]
    pictures = [svg(graph, laid_out(graph)) for graph in (made_up, *cells)]
    page = tmp_path / "page.html"
    page.write_text(f"<meta charset='utf-8'><style>{STYLE}</style>{''.join(pictures)}{MEASURE}", encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    found = re.search("<title>(found .*?)</title>", shown)
    assert found is not None
    assert found[1].strip() == "found 0"
