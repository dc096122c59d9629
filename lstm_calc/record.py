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

    def __init_subclass__(cls, *, kw_only: bool = False) -> None:
        """Collect the fields: positional ones first, then the inherited keyword-only ones."""
        own = [name for name, kind in cls.__annotations__.items() if not str(kind).startswith("ClassVar")]
        cls._positional = (*cls._positional, *(() if kw_only else own))
        merged = {**cls.fields, **{name: cls.__dict__.get(name, ...) for name in own}}
        cls.fields = {name: merged[name] for name in (*cls._positional, *merged)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take positional and keyword fields; raise TypeError for an unknown, doubled or missing one."""
        given = dict(zip(self._positional, args, strict=False)) | kwargs if args else kwargs
        values = self.__dict__
        values.update(self.fields)
        values.update(given)
        if len(given) < len(args) + len(kwargs) or len(values) > len(self.fields) or ... in values.values():
            raise TypeError(f"{type(self).__name__} takes {', '.join(self.fields)}; not {args} {kwargs}")
        rules = self.rules
        for name in given if rules else ():
            rule, optional = rules[name]
            if not optional or values[name] is not None:
                values[name] = rule(name, values[name])
        self.check()

    def check(self) -> None:
        """Refuse values that do not go together; called once, on construction."""

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some fields changed, checked anew."""
        return type(self)(**{**self.changed(), **changes})

    def asdict(self) -> dict[str, Any]:
        """Return the fields and their values."""
        return {name: self.__dict__[name] for name in self.fields}

    def changed(self) -> dict[str, Any]:
        """Return the fields that differ from their defaults."""
        return {name: self.__dict__[name] for name, default in self.fields.items() if self.__dict__[name] != default}

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
