"""The graphs of a document as Mermaid flowcharts, which GitHub and many editors draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from lstm_calc.render import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.render.document import Document, Graph

_CODES = str.maketrans({"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;"})
"""What a label would otherwise end, or take for markup."""


def render(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the graphs as one flowchart, each a part of it where there are several."""
    graphs = [graph for part in document.parts() for graph in part.graphs]
    if len(graphs) == 1:
        return flowchart(graphs[0])
    parts = [line for place, graph in enumerate(graphs) for line in _part(graph, f"g{place}")]
    return "\n".join(["flowchart TB", *parts]) + "\n"


def flowchart(graph: Graph) -> str:
    """Return one graph as a flowchart."""
    return "\n".join(["flowchart TB", *(f"    {line}" for line in _lines(graph, ""))]) + "\n"


def _part(graph: Graph, prefix: str) -> Iterator[str]:
    yield f'    subgraph {prefix}["{_label((graph.title,))}"]'
    yield from (f"        {line}" for line in _lines(graph, f"{prefix}"))
    yield "    end"


def _lines(graph: Graph, prefix: str) -> Iterator[str]:
    """Yield a line for each node and each edge."""
    keys = {node.key: f"{prefix}n{place}" for place, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        left, right = ('(["', '"])') if node.end else ('(("', '"))') if node.form == "operation" else ('["', '"]')
        yield f"{keys[node.key]}{left}{_label(node.texts())}{right}"
    for edge in graph.edges:
        arrow = f'-- "{_label((edge.label,))}" -->' if edge.label else "-->"
        yield f"{keys[edge.start]} {arrow} {keys[edge.stop]}"


def _label(lines: tuple[str, ...]) -> str:
    return "<br/>".join(line.translate(_CODES) for line in lines)


FORMAT = Format(render, endings=("mmd", "mermaid"), graphs_alone=True)
