"""The plain values of an answer as JSON."""

from __future__ import annotations

from json import dumps
from typing import Any, TextIO

from lstm_calc.render import Format


def written(data: Any) -> str:
    """Return plain values as JSON, indented."""
    return f"{dumps(data, indent=2)}\n"


def render(data: Any, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the plain values of an answer."""
    return written(data)


FORMAT = Format(render, endings=("json",), of_data=True, for_machines=True, typed=True)
