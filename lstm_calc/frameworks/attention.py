"""Rows of attention that several frameworks have alike."""

from __future__ import annotations

from lstm_calc.frameworks.rows import Row


def projection_rows(output: str) -> tuple[Row, ...]:
    """Return the rows of an attention of dense layers: query_proj, key_proj, value_proj and, for what it gives, ``output``."""
    return (
        *_projection("query_proj", "query", "heads*key_dim query"),
        *_projection("key_proj", "key", "heads*key_dim key"),
        *_projection("value_proj", "value", "heads*value_dim value"),
        *_projection(output, "output", "attention_output attended"),
    )


def _projection(name: str, gate: str, axes: str) -> tuple[Row, Row]:
    return (
        Row(f"{name}.weight", axes, "kernel", gates=gate, group="gates"),
        Row(f"{name}.bias", axes.split(maxsplit=1)[0], "bias", when="bias", gates=gate, group="gates"),
    )
