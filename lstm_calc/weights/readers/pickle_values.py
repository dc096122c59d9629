"""What a pickle says, where it is more than plain values: a global, a call, bytes passed over, something outside."""

from __future__ import annotations

from typing import Any


class GlobalName:
    """A global that the pickle names."""

    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class PickledCall:
    """A call that the pickle asks for; ``state`` is what it sets on the result, ``items`` what it puts into it."""

    __slots__ = ("args", "items", "maker", "state")

    def __init__(self, maker: Any, args: Any) -> None:
        self.maker, self.args = maker, args
        self.state: Any = None
        self.items: Any = None


class Blob:
    """Bytes or text that were passed over; ``size`` is how many bytes."""

    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        self.size = size


class Persistent:
    """Something outside the pickle, by its id."""

    __slots__ = ("id",)

    def __init__(self, id_: Any) -> None:
        self.id = id_


def words(value: Any) -> str:
    """Return a plain value in words, of any other its type: what a file nests in itself has no end in words.

    >>> words("float32"), words(GlobalName("torch", "float32")), words([1, 2])
    ('float32', 'torch.float32', '<list>')
    """
    return str(value) if isinstance(value, (str, bytes, int, float, type(None), GlobalName)) else f"<{type(value).__name__}>"
