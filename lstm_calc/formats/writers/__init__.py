"""Models as programs: a writer per framework, in one registry."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from lstm_calc.errors import FrameworkError, ModelError, listed
from lstm_calc.formats.writers.plan import plan_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lstm_calc.frameworks import Framework
    from lstm_calc.model import Model

WRITERS = {
    "pytorch": "pytorch",
    "keras": "keras",
    "flax-nnx": "flax_nnx",
    "flax-nnx-optimized": "flax_nnx",
    "textbook": "textbook",
}
"""The module of each framework that code is written for; it has ``program``, ``one_line`` and the names that are ``RESERVED``."""


def write_code(model: Model, table: Framework, total: int, counts: Mapping[str, int | None], *, one_line: bool = False) -> str:
    """Return a model as a program of a framework, or ``one_line`` as the call that makes its only layer.

    ``total`` and ``counts``, by the name of each use of a layer, are the parameters, which stand in comments. Raises FrameworkError
    for a framework without a writer and for what the framework does not have, ModelError for a model that is no program.
    """
    if table.name not in WRITERS:
        raise FrameworkError(f"code is written for {listed(WRITERS)}, not for {table.name}")
    writer = import_module(f"{__name__}.{WRITERS[table.name]}")
    plan = plan_of(model, table, total, counts, writer.RESERVED)
    if not one_line:
        text: str = writer.program(plan)
        return text
    if len(plan.steps) != 1:
        raise ModelError(f"--oneliner writes one layer, and the model has {len(plan.steps)}")
    return f"{writer.one_line(plan)}  # {total:,} parameters\n"
