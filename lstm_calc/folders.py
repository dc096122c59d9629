"""The registries that are folders: a module is in the list when it is in the folder."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def modules_in(path: Iterable[str], prefix: str = "") -> list[str]:
    """Return the names of the modules of a package's ``__path__`` that begin with a prefix, without it, in alphabetical order.

    None of them is imported, and none is private, with a _ in front; the package may lie in an archive (a zipapp).

    >>> import lstm_calc.render
    >>> "csv" in modules_in(lstm_calc.render.__path__, "as_")
    True
    """
    return [name.removeprefix(prefix) for name in _modules(tuple(path)) if name.startswith(prefix)]


@cache
def _modules(path: tuple[str, ...]) -> list[str]:
    """Return the names of the public modules and packages in some folders, which are looked at once."""
    from pathlib import Path

    found = {name for place in map(Path, path) for name in (_in_folder(place) if place.is_dir() else _in_archive(place))}
    return sorted(name for name in found if not name.startswith(("_", ".")))


def _in_folder(place: Path) -> Iterable[str]:
    """Return what is in a folder; the import of pkgutil would be a hundredth of a short run."""
    return (path.stem for path in place.iterdir() if path.suffix in {"", ".py", ".pyc"})


def _in_archive(place: Path) -> Iterable[str]:
    from pkgutil import iter_modules

    return (found.name for found in iter_modules([str(place)]))
