"""Frozen values with named fields, and counts, times and sizes in bytes as people write them.

A :class:`Record` offers what a frozen dataclass does, at a fiftieth of its start-up time: a dataclass takes about a millisecond of
every start to generate its methods, and ten of them would be seen by whoever calls the program from a script. Type checkers see a
Record as a dataclass (PEP 681).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform

from lstm_calc.errors import LstmCalcError, did_you_mean, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass_transform(frozen_default=True)
class Record:
    """A frozen value; subclasses annotate their fields, and may refuse values in :meth:`check`."""

    fields: ClassVar[dict[str, Any]] = {}
    """Every field in order, with its default; ``...`` where there is none."""
    _positional: ClassVar[tuple[str, ...]] = ()
    _required: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, *, kw_only: bool = False) -> None:
        """Collect the fields: positional ones first, then the inherited keyword-only ones."""
        own = [name for name, kind in cls.__annotations__.items() if not str(kind).startswith("ClassVar")]
        cls._positional = (*cls._positional, *(() if kw_only else own))
        inherited = {name: default for base in reversed(cls.__bases__) for name, default in getattr(base, "fields", {}).items()}
        merged = {name: cls.__dict__.get(name, default) for name, default in (inherited | dict.fromkeys(own, ...)).items()}
        cls.fields = {name: merged[name] for name in (*cls._positional, *merged)}
        cls._required = frozenset(name for name, default in cls.fields.items() if default is ...)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take positional and keyword fields; raise TypeError for an unknown, doubled or missing one."""
        self.__dict__.update(self._named(args, kwargs))
        self.check()

    @classmethod
    def _named(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments of the constructor by field."""
        named = dict(zip(cls._positional, args)) | kwargs if args else kwargs  # noqa: B905 - what is too much is told below
        if len(named) < len(args) + len(kwargs) or not cls.fields.keys() >= named.keys() >= cls._required:
            raise TypeError(f"{cls.__name__} {cls._misfit(args, kwargs)}")
        return named

    @classmethod
    def _misfit(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """Return what is wrong with arguments that are not those of the fields."""
        if len(args) > len(cls._positional):
            return f"takes at most {len(cls._positional)} values without a name, not {len(args)}"
        unknown = [name for name in kwargs if name not in cls.fields]
        if unknown:
            return f"has no field {unknown[0]!r}{did_you_mean(unknown[0], cls.fields)}"
        twice = [name for name in cls._positional[: len(args)] if name in kwargs]
        missing = cls._required.difference(cls._positional[: len(args)], kwargs)
        return f"has two values for {twice[0]}" if twice else f"needs {listed(name for name in cls.fields if name in missing)}"

    def check(self) -> None:
        """Refuse values that do not go together; called once, on construction."""

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some fields changed, checked anew."""
        return type(self)(**{**self.changed(), **changes})

    def asdict(self) -> dict[str, Any]:
        """Return the fields and their values."""
        return {name: getattr(self, name) for name in self.fields}

    def changed(self) -> dict[str, Any]:
        """Return the fields that differ from their defaults."""
        given = self.__dict__
        return {name: given[name] for name, default in self.fields.items() if name in given and given[name] != default}

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen; use replace({name}=...)")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen; {name} stays")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.asdict() == other.asdict()

    def __hash__(self) -> int:
        return hash((type(self), *self.asdict().values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.changed().items())})"


class Checked(Record):
    """A record whose values come from outside. ``rules`` check one field each, ``check_<field>`` what goes with a value of one.

    A value keeps the fields that differ from their defaults; only these are checked.
    """

    rules: ClassVar[Mapping[str, Callable[[str, Any], Any]]] = {}
    """For a field: a function of its name and its value, which returns the value to keep or raises an error."""
    _checks: ClassVar[Mapping[str, Callable[[Any], None]]] = {}

    def __init_subclass__(cls, *, kw_only: bool = False) -> None:
        """Collect the fields and their checks."""
        super().__init_subclass__(kw_only=kw_only)
        cls._checks = {name: getattr(cls, f"check_{name}") for name in cls.fields if hasattr(cls, f"check_{name}")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take positional and keyword fields; raise TypeError for an unknown, doubled or missing one."""
        named = self._named(args, kwargs)
        kept, fields, rules, checks = self.__dict__, self.fields, self.rules, self._checks
        for name, value in named.items():
            if value is not fields[name] or value is ...:
                kept[name] = rules[name](name, value) if name in rules else value
        if not checks.keys().isdisjoint(kept):
            for name, check in checks.items():
                if name in kept:
                    check(self)
        self.check()


_COUNT = r"([0-9]+(?:_[0-9]+)*)(?:\.([0-9]+))?(?:([kKMGBT])|[eE]\+?([0-9]{1,3}))?"
_ZEROS = {"": 0, "k": 3, "K": 3, "M": 6, "G": 9, "B": 9, "T": 12}
_MOST_DIGITS = 600

UNKNOWN = "?"
"""What stands where a model leaves a size open."""

UNKNOWN_SIZE = "_"
"""What stands for a size of a shape that is not known."""


def parse_count(text: str) -> int:
    """Return the whole number that the text names, exactly; raise LstmCalcError for anything else.

    >>> parse_count("1_000"), parse_count("20k"), parse_count("1.5e6")
    (1000, 20000, 1500000)
    """
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)  # without the pattern, which takes longer to compile than all the counting
    match = re.fullmatch(_COUNT, text.strip())
    if match and len(text) > _MOST_DIGITS:
        raise LstmCalcError(f"{quoted(text)} is too large: sizes go up to 10**500")
    if match:
        whole, fraction = match[1], (match[2] or "").rstrip("0")
        zeros = int(match[4]) if match[4] else _ZEROS[match[3] or ""]
        if len(fraction) <= zeros:
            return int(whole + fraction.ljust(zeros, "0"))
    if text == UNKNOWN:
        raise LstmCalcError("? is the size that solve looks for; anywhere else write a number")
    raise LstmCalcError(f"{quoted(text)} is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M")


_TIME = r"([0-9]+(?:_[0-9]+)*)(?:\.([0-9]+))?\s*(ns|[uµμ]s|ms|s)"
_NANOSECONDS = {"ns": 1, **dict.fromkeys(("us", "µs", "μs"), 10**3), "ms": 10**6, "s": 10**9}


def parse_time(text: str) -> Quantity:
    """Return the whole nanoseconds that the text names, rounded down; raise LstmCalcError for anything else.

    >>> parse_time("50us"), parse_time("50 µs"), parse_time("1.5ms")
    (50000, 50000, 1500000)
    """
    match = re.fullmatch(_TIME, text.strip()) if len(text) <= _MOST_DIGITS else None
    if match is None:
        raise LstmCalcError(f"{quoted(text)} is not a time; write 200ns, 50us, 1.5ms or 2s")
    fraction = match[2] or ""
    parts: int = 10 ** len(fraction)
    unit = match[3] if match[3] in {"ns", "ms", "s"} else "µs"
    shown = f"{_number_words(match[1], fraction)} {unit}"
    return Quantity(int(match[1] + fraction) * _NANOSECONDS[match[3]] // parts, shown, decimal=True)


def _number_words(whole: str, fraction: str) -> str:
    return f"{int(whole):,}{'.' * bool(fraction)}{fraction}"


class Quantity(int):
    """A number of bytes or of nanoseconds with the words that it is shown in: those that it was given in, such as 1.5 MB."""

    words: str
    decimal: bool
    """Whether its unit is one of 1,000, not of 1,024."""

    def __new__(cls, number: int, words: str, *, decimal: bool) -> Self:
        """Take the number, and how it is shown."""
        made = super().__new__(cls, number)
        made.words, made.decimal = words, decimal
        return made


_SIZE = r"([0-9]+(?:_[0-9]+)*)(?:\.([0-9]+))?\s*([kKMGT]?)(i?)B?"
_POWERS = {"": 0, "k": 1, "K": 1, "M": 2, "G": 3, "T": 4}


def parse_size(text: str) -> Quantity:
    """Return the whole bytes that the text names, rounded down; raise LstmCalcError for anything else.

    >>> parse_size("256KiB"), parse_size("1MB"), parse_size("1.5MiB"), parse_size("65536")
    (262144, 1000000, 1572864, 65536)
    """
    match = re.fullmatch(_SIZE, text.strip()) if len(text) <= _MOST_DIGITS else None
    if match is None or (match[4] and not match[3]):
        raise LstmCalcError(f"{quoted(text)} is not a size in bytes; write 65536, 256KiB (of 1,024) or 1.5MB (of 1,000,000)")
    fraction = match[2] or ""
    unit: int = (1024 if match[4] else 1000) ** _POWERS[match[3]]
    parts: int = 10 ** len(fraction)
    letter = match[3].upper() if match[4] else match[3].replace("K", "k")
    shown = f"{_number_words(match[1], fraction)} {letter}{match[4]}B"
    return Quantity(int(match[1] + fraction) * unit // parts, shown, decimal=bool(match[3]) and not match[4])


def quotient(one: int, other: int) -> float | None:
    """Return one number divided by another, None where that is larger than any float.

    >>> quotient(3, 2), quotient(10**400, 2)
    (1.5, None)
    """
    try:
        return one / other
    except OverflowError:
        return None
