"""Frozen values with named fields: what ``dataclasses`` offers, at a fiftieth of its start-up time.

A frozen dataclass takes about a millisecond of every start to generate its methods; ten of them would be seen by whoever calls
the program from a script. Type checkers see a :class:`Record` as a dataclass (PEP 681).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform

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
            raise TypeError(f"{cls.__name__} takes {', '.join(cls.fields)}; not {args} {kwargs}")
        return named

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
        kept, fields, rules = self.__dict__, self.fields, self.rules
        for name, value in named.items():
            if value is not fields[name]:
                kept[name] = rules[name](name, value) if name in rules else value
        for name, check in self._checks.items():
            if name in kept:
                check(self)
        self.check()
