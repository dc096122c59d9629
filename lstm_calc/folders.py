"""The registries that are folders: a module is in the list when it is in the folder."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def modules_in(path: Iterable[str], prefix: str = "") -> list[str]:
    """Return the names of the modules of a package's ``__path__`` that begin with a prefix, without it, in alphabetical order.

    None of them is imported; the package may lie in an archive (a zipapp). Helpers, whose names begin with _, are left out.

    >>> import lstm_calc.render
    >>> "csv" in modules_in(lstm_calc.render.__path__, "as_")
    True
    """
    return [name.removeprefix(prefix) for name in _modules(tuple(path)) if name.startswith(prefix)]


@cache
def _modules(path: tuple[str, ...]) -> list[str]:
    """Return the names of the modules in some folders, which are looked at once."""
    from pkgutil import iter_modules

    return sorted({found.name for found in iter_modules(path) if not found.name.startswith("_")})
