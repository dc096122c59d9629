"""A bar on standard error that shows how far a long work is."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from lstm_calc.render.words import batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")


def progress(items: Iterable[Item], total: int) -> Iterator[Item]:
    """Yield the items while a bar shows how many of the total have been taken."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        for batch in batches(items):
            yield from batch
            bar.advance(task, len(batch))
