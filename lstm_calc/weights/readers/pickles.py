"""Pickles as what they say, not what they do: nothing is imported, called or built, and large strings are skipped.

The opcodes of every protocol are walked one by one, on a stack of plain values. A global is its name, a call or an object is what
was called and with what; so ``os.system`` is a name like any other, and does nothing.
Python's own unpickler is no choice here: its memo grows with whatever number a file claims, it reads every array, and it hashes
what a file nests.

Source: Lib/pickletools.py of CPython 3.13, which describes every opcode.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.weights.readers.source import ByteSource


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


_LONGEST_TEXT = 4096
_JOBLIB = "joblib.numpy_pickle"
_IS_JOBLIB = (
    "is a joblib dump, in which arrays stand between the parts of a pickle; "
    "joblib.load, which runs what a file asks for, reads it, and numpy.savez saves the arrays"
)
_MOST_BITS = 60
"""Python hashes whole numbers of more bits to the same place where a file wants it, and dicts are slow then."""


class NotAPickleError(CheckpointError):
    """A stream of bytes that breaks a pickle's rules."""


_MARK = object()


def unpickled(source: ByteSource) -> Any:
    """Return what the next pickle of a source says; raise CheckpointError where it is broken or too long."""
    try:
        return _Machine(source).run()
    except (IndexError, TypeError, KeyError, AttributeError, ValueError, OverflowError, UnicodeDecodeError, struct.error):
        raise NotAPickleError(f"is not a sound pickle: it makes no sense at byte {source.at:,}") from None


def _named(module: Any, name: Any) -> GlobalName:
    """Return a global by its name; raise CheckpointError for joblib's, whose arrays do not stand in the pickle."""
    if not (isinstance(module, str) and isinstance(name, str)):
        raise TypeError  # before anything hashes it: a tuple of tuples may be exponentially large
    return _known(module, name)


@lru_cache(maxsize=1024)
def _known(module: str, name: str) -> GlobalName:
    if module.startswith(_JOBLIB):
        raise CheckpointError(_IS_JOBLIB)
    return GlobalName(module, name)


def _plain(value: Any) -> bool:
    """Return whether a value is plain, and cheap to look up."""
    return isinstance(value, (str, float, bytes, type(None))) or (isinstance(value, int) and value.bit_length() <= _MOST_BITS)


def _container(value: PickledCall) -> type[list[Any] | dict[Any, Any]] | None:
    """Return what a call of the collections module is read as, None where it makes no container."""
    maker = value.maker
    if not isinstance(maker, GlobalName) or maker.module not in {"collections", "builtins", "__builtin__", "torch"}:
        return None
    if maker.name in {"OrderedDict", "defaultdict", "Counter", "dict"}:
        return dict
    return list if maker.name in {"deque", "list", "set", "frozenset", "tuple", "Size"} else None


class _Machine:
    """The stack and the memo of one pickle."""

    def __init__(self, source: ByteSource) -> None:
        self.source = source
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.odd_keys = count()

    def run(self) -> Any:
        """Walk the opcodes up to STOP."""
        take, spend = self.source.take, self.source.allowance.spend
        while True:
            spend("steps")
            code = take(1)[0]
            if code == _STOP:
                return self.stack.pop()
            step = _STEPS.get(code)
            if step is None:
                raise ValueError(code)
            step(self)

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def many(self) -> list[Any]:
        """Return what stands above the last mark, and take it and the mark off."""
        stack = self.stack
        at = len(stack) - 1
        while stack[at] is not _MARK:
            at -= 1
            if at < 0:
                raise IndexError
        values = stack[at + 1 :]
        del stack[at:]
        return values

    def text(self, length: int) -> None:
        """Push a text of a length in bytes, or what stands for a long one."""
        self.push(self.source.take(length).decode("utf-8", "surrogatepass") if length <= _LONGEST_TEXT else self.blob(length))

    def raw(self, length: int) -> None:
        """Push bytes of a length, or what stands for many."""
        self.push(self.source.take(length) if length <= _LONGEST_TEXT else self.blob(length))

    def blob(self, length: int) -> Blob:
        self.source.skip(length)
        return Blob(length)

    def long(self, length: int) -> None:
        self.push(int.from_bytes(self.source.take(length), "little", signed=True) if length <= _LONGEST_TEXT else self.blob(length))

    def put(self, at: int) -> None:
        if at.bit_length() > _MOST_BITS:
            raise ValueError
        self.memo[at] = self.stack[-1]

    def made(self, maker: Any, args: Any) -> None:
        """Push what a call gives: a container for those of the collections module, else the call as it was asked for."""
        value = PickledCall(maker, args)
        container = _container(value)
        self.push(value if container is None else container(self.copied(args) if container is list else ()))

    def copied(self, args: Any) -> list[Any]:
        """Return the elements of a container that a call copies, as far as the file may have so many."""
        given = args[0] if args and isinstance(args[0], (list, tuple)) else []
        self.source.allowance.spend("elements", len(given))
        return list(given)

    def call(self) -> None:
        args = self.stack.pop()
        self.made(self.stack.pop(), args)

    def call_with_keywords(self) -> None:
        self.stack.pop()
        self.call()

    def call_marked(self) -> None:
        maker, *args = self.many()
        self.made(maker, tuple(args))

    def call_named(self) -> None:
        name = _named(self.source.line().decode(), self.source.line().decode())
        self.made(name, tuple(self.many()))

    def build(self) -> None:
        state = self.stack.pop()
        if isinstance(self.stack[-1], PickledCall):
            self.stack[-1].state = state

    def stack_name(self) -> None:
        name = self.stack.pop()
        self.push(_named(self.stack.pop(), name))

    def extend(self, values: list[Any]) -> None:
        """Put values into the list, or the object made, on top."""
        target = self.stack[-1]
        if isinstance(target, PickledCall):
            target.items = target.items if isinstance(target.items, list) else []
            target = target.items
        target.extend(values)

    def fill(self, values: list[Any]) -> None:
        """Put keys and values into the dict, or the object made, on top."""
        target = self.stack[-1]
        if isinstance(target, PickledCall):
            target.items = target.items if isinstance(target.items, dict) else {}
            target = target.items
        if not isinstance(target, dict):
            raise TypeError
        target.update(zip(map(self.key, values[::2]), values[1::2], strict=True))

    def key(self, value: Any) -> Any:
        """Return a value as a key of a dict: plain ones and tuples of these as they are, a number for what is not to be hashed."""
        parts = value if isinstance(value, tuple) else (value,)
        return value if all(map(_plain, parts)) else f"<{type(value).__name__} {next(self.odd_keys)}>"

    def mapped(self) -> None:
        values = self.many()
        self.push({})
        self.fill(values)

    def tuple_of(self, count: int) -> None:
        values = tuple(self.stack[-count:])
        if len(values) < count:
            raise IndexError
        del self.stack[-count:]
        self.push(values)


def _line_number(text: bytes) -> int | bool:
    """Return the number of an INT or LONG line, in which 00 and 01 are false and true."""
    if len(text) > _LONGEST_TEXT:
        raise ValueError
    return {b"00": False, b"01": True}.get(text, 0) if text in {b"00", b"01"} else int(text.rstrip(b"L") or 0)


def _unescaped(text: bytes) -> str | Blob:
    return text.decode("raw-unicode-escape", "replace") if len(text) <= _LONGEST_TEXT else Blob(len(text))


def _unquoted(text: bytes) -> str | Blob:
    return text.strip()[1:-1].decode("latin-1") if len(text) <= _LONGEST_TEXT else Blob(len(text))


_STOP = ord(".")
_STEPS: dict[int, Callable[[_Machine], Any]] = {
    ord(code): step
    for code, step in {
        "(": lambda m: m.push(_MARK),
        "0": lambda m: m.stack.pop(),
        "1": lambda m: m.many(),
        "2": lambda m: m.push(m.stack[-1]),
        "F": lambda m: m.push(float(m.source.line())),
        "G": lambda m: m.push(struct.unpack(">d", m.source.take(8))[0]),
        "I": lambda m: m.push(_line_number(m.source.line())),
        "J": lambda m: m.push(m.source.number("i")),
        "K": lambda m: m.push(m.source.number("B")),
        "L": lambda m: m.push(_line_number(m.source.line())),
        "M": lambda m: m.push(m.source.number("H")),
        "N": lambda m: m.push(None),
        "P": lambda m: m.push(Persistent(m.source.line().decode())),
        "Q": lambda m: m.push(Persistent(m.stack.pop())),
        "R": lambda m: m.call(),
        "S": lambda m: m.push(_unquoted(m.source.line())),
        "T": lambda m: m.raw(m.source.number("I")),
        "U": lambda m: m.raw(m.source.number("B")),
        "V": lambda m: m.push(_unescaped(m.source.line())),
        "X": lambda m: m.text(m.source.number("I")),
        "a": lambda m: m.extend([m.stack.pop()]),
        "b": lambda m: m.build(),
        "c": lambda m: m.push(_named(m.source.line().decode(), m.source.line().decode())),
        "d": lambda m: m.mapped(),
        "}": lambda m: m.push({}),
        "e": lambda m: m.extend(m.many()),
        "g": lambda m: m.push(m.memo[int(m.source.line())]),
        "h": lambda m: m.push(m.memo[m.source.number("B")]),
        "i": lambda m: m.call_named(),
        "j": lambda m: m.push(m.memo[m.source.number("I")]),
        "l": lambda m: m.push(m.many()),
        "]": lambda m: m.push([]),
        "o": lambda m: m.call_marked(),
        "p": lambda m: m.put(int(m.source.line())),
        "q": lambda m: m.put(m.source.number("B")),
        "r": lambda m: m.put(m.source.number("I")),
        "s": lambda m: m.fill([m.stack.pop(-2), m.stack.pop()]),
        "t": lambda m: m.push(tuple(m.many())),
        ")": lambda m: m.push(()),
        "u": lambda m: m.fill(m.many()),
        "B": lambda m: m.raw(m.source.number("I")),
        "C": lambda m: m.raw(m.source.number("B")),
        "\x80": lambda m: m.source.take(1),
        "\x81": lambda m: m.call(),
        "\x82": lambda m: m.push(GlobalName("copyreg", str(m.source.number("B")))),
        "\x83": lambda m: m.push(GlobalName("copyreg", str(m.source.number("H")))),
        "\x84": lambda m: m.push(GlobalName("copyreg", str(m.source.number("i")))),
        "\x85": lambda m: m.tuple_of(1),
        "\x86": lambda m: m.tuple_of(2),
        "\x87": lambda m: m.tuple_of(3),
        "\x88": lambda m: m.stack.append(True),
        "\x89": lambda m: m.stack.append(False),
        "\x8a": lambda m: m.long(m.source.number("B")),
        "\x8b": lambda m: m.long(m.source.number("I")),
        "\x8c": lambda m: m.text(m.source.number("B")),
        "\x8d": lambda m: m.text(m.source.number("Q")),
        "\x8e": lambda m: m.raw(m.source.number("Q")),
        "\x8f": lambda m: m.push([]),
        "\x90": lambda m: m.extend(m.many()),
        "\x91": lambda m: m.push(m.many()),
        "\x92": lambda m: m.call_with_keywords(),
        "\x93": lambda m: m.stack_name(),
        "\x94": lambda m: m.put(len(m.memo)),
        "\x95": lambda m: m.source.take(8),
        "\x96": lambda m: m.raw(m.source.number("Q")),
        "\x97": lambda m: m.push(Blob(0)),
        "\x98": lambda m: m.stack[-1],
    }.items()
}
"""What each opcode does to the machine."""
