"""Frozen values with named fields: what ``dataclasses`` offers, at a fiftieth of its start-up time.

A frozen dataclass takes about a millisecond of every start to generate its methods; ten of them would be seen by whoever calls
the program from a script. Type checkers see a :class:`Record` as a dataclass (PEP 681).
"""

from __future__ import annotations

from itertools import count
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
        merged = {name: cls.__dict__.get(name, default) for name, default in {**cls.fields, **dict.fromkeys(own, ...)}.items()}
        cls.fields = {name: merged[name] for name in (*cls._positional, *merged)}
        cls._required = frozenset(name for name, default in cls.fields.items() if default is ...)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take positional and keyword fields; the value keeps those it is given, and the class has the other defaults.

        Raises TypeError for an unknown, doubled or missing one.
        """
        given = self.__dict__
        given.update(zip(self._positional, args))  # noqa: B905 - an argument to this call would take a tenth of the time
        given.update(kwargs)
        if len(given) < len(args) + len(kwargs) or not self.fields.keys() >= given.keys() >= self._required:
            raise TypeError(f"{type(self).__name__} takes {', '.join(self.fields)}; not {args} {kwargs}")
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


class Checked(Record):
    """A record whose values come from outside, each by a rule; ``check_<field>`` refuses what does not go with a value of one.

    A value keeps what differs from the defaults. The first values of a class are made field by field; where more follow, its
    constructor is compiled, as that of a dataclass is at every import: a third of a millisecond once, and a fourth of the time.
    """

    rules: ClassVar[Mapping[str, Callable[[str, Any], Any]]] = {}
    """For each field: what gives the value that it then has, or refuses it. Its default is not asked about."""
    plain: ClassVar[Mapping[Callable[[str, Any], Any], str]] = {}
    """For a rule: a condition, as Python's text, on a value ``{0}`` that it would give as it is; then it is not called."""

    _left_out: ClassVar[frozenset[str]] = frozenset()
    """The fields that a value does not keep where they have their default: it is that of the class that declared them."""
    _declared: ClassVar[Mapping[str, Any]] = {}

    def __init_subclass__(cls, *, kw_only: bool = False) -> None:
        """Collect the fields, and leave the constructor to the first values, where the class has none of its own."""
        super().__init_subclass__(kw_only=kw_only)
        cls._declared = {**cls.fields, **cls._declared}
        cls._left_out = frozenset(name for name, at in cls.fields.items() if at is not ... and at is cls._declared[name])
        if "__init__" not in vars(cls):
            cls.__init__ = _first(cls)  # type: ignore[method-assign]


_FEW = 100
"""How many values are made field by field in the time that compiling their constructor takes."""


def _first(cls: type[Checked]) -> Callable[..., None]:
    """Return the ``__init__`` of the first values of a class; after them, or to refuse wrong arguments, it is compiled."""
    made = count(1)

    def __init__(self: Checked, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        named = dict(zip(cls._positional, args)) | kwargs  # noqa: B905 - more than it has are told below
        fitting = len(named) == len(args) + len(kwargs) and cls.fields.keys() >= named.keys() >= cls._required
        if fitting and next(made) <= _FEW:
            _keep(cls, self, named)
        else:
            cls.__init__ = _constructor(cls)  # type: ignore[method-assign]
            cls.__init__(self, *args, **kwargs)

    return __init__


def _keep(cls: type[Checked], self: Checked, named: dict[str, Any]) -> None:
    """Keep what differs from the defaults, and check what is kept: what :func:`_constructor` writes out for a class."""
    given = self.__dict__
    for name, default in cls.fields.items():
        value = named.get(name, default)
        if value is not default or name not in cls._left_out:
            given[name] = cls.rules[name](name, value) if name in cls.rules else value
    for check in [f"check_{name}" for name in given]:
        if hasattr(cls, check):
            getattr(self, check)()
    self.check()


def _constructor(cls: type[Checked]) -> Callable[..., None]:
    """Return the ``__init__`` of a class in Python's text, compiled; a rule is not called where a value is plain."""
    known: dict[str, Any] = {}
    parameters, keeps, checks = ["self"], ["given = self.__dict__"], []
    for name, default in cls.fields.items():
        if name not in cls._positional and "*" not in parameters:
            parameters.append("*")
        known[f"default_{name}"], known[f"rule_{name}"] = default, (rule := cls.rules.get(name))
        parameters.append(name if default is ... else f"{name}=default_{name}")
        when = f"if {name} is not default_{name}: " if name in cls._left_out else ""
        value = name
        if rule is not None:
            plain = f"{name} if {cls.plain[rule].format(name)} else " if rule in cls.plain else ""
            value = f"{plain}rule_{name}({name!r}, {name})"
        keeps.append(f"{when}given[{name!r}] = {value}")
        checks += [f"{when}self.check_{name}()"] if hasattr(cls, f"check_{name}") else []
    checks += ["self.check()"] if cls.check is not Record.check else []
    source = f"def __init__({', '.join(parameters)}):\n    " + "\n    ".join([*keeps, *checks])
    exec(source, known)  # noqa: S102 - made of the names of our own fields
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{cls.__name__}.__init__"
    return made
