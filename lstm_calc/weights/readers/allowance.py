"""How much reading one file may take in all, however many members, shards, pickles and messages it has."""

from __future__ import annotations

from lstm_calc.errors import CheckpointError

MOST = {
    "bytes": 32 * 2**20,
    "unpacked": 256 * 2**20,
    "steps": 1_000_000,
    "elements": 300_000,
    "links": 50_000,
    "names": 50_000,
    "seconds": 5,
}
_WORDS = {
    "bytes": "bytes of names and settings",
    "unpacked": "bytes of compressed weights",
    "steps": "steps in its pickles, messages and headers",
    "elements": "containers or copied elements in its pickles",
    "links": "links",
    "names": "tensors",
    "seconds": "seconds of work in its HDF5",
}


class Allowance:
    """What one file may still take. Every reader draws from the allowance of its file, so that no member has one of its own."""

    def __init__(self) -> None:
        self.left: dict[str, float] = dict(MOST)

    def spend(self, what: str, count: float = 1) -> None:
        """Take so much of a kind; raise CheckpointError where the file needs more than there is."""
        self.left[what] -= count
        if self.left[what] < 0:
            raise CheckpointError(f"has more than {MOST[what]:,} {_WORDS[what]}, which is more than is read")
