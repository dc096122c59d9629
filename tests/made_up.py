"""Tables of frameworks that stand in for real ones in a test."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lstm_calc.frameworks import FRAMEWORKS

if TYPE_CHECKING:
    import pytest

    from lstm_calc.frameworks import Framework


def put_framework(monkeypatch: pytest.MonkeyPatch, table: Framework) -> None:
    """Add a framework, or put another table in the place of one, until the test ends."""
    module: Any = ModuleType("lstm_calc.frameworks.made_up")
    module.TABLE = table
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(FRAMEWORKS, table.name, "made_up.TABLE")
