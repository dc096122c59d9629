"""Frozen values with named, checked fields: what ``dataclasses`` offers, at a fiftieth of its start-up time.

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
    rules: ClassVar[Mapping[str, tuple[Callable[[str, Any], Any], bool]]] = {}
    """Where values from outside come in, for each field: what gives its value or refuses it, and whether it may be None."""
    _positional: ClassVar[tuple[str, ...]] = ()
    _required: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, *, kw_only: bool = False) -> None:
        """Collect the fields: positional ones first, then the inherited keyword-only ones."""
        own = [name for name, kind in cls.__annotations__.items() if not str(kind).startswith("ClassVar")]
        cls._positional = (*cls._positional, *(() if kw_only else own))
        merged = {name: cls.__dict__.get(name, default) for name, default in {**cls.fields, **dict.fromkeys(own, ...)}.items()}
        cls.fields = {name: merged[name] for name in (*cls._positional, *merged)}
        cls._required = frozenset(name for name, default in cls.fields.items() if default is ...)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take positional and keyword fields; the value keeps those it is given, and the class has the other defaults.

        Raises TypeError for an unknown, doubled or missing one.
        """
        given, rules = self.__dict__, self.rules
        given.update(zip(self._positional, args))  # noqa: B905 - an argument to this call would take a tenth of the time
        given.update(kwargs)
        if len(given) < len(args) + len(kwargs) or not self.fields.keys() >= given.keys() >= self._required:
            raise TypeError(f"{type(self).__name__} takes {', '.join(self.fields)}; not {args} {kwargs}")
        for name, value in given.items() if rules else ():
            rule, optional = rules[name]
            if value is not None or not optional:
                given[name] = rule(name, value)
        self.check()

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
