"""What the text of a program can stand for: plain Python values as they are, and a class here for everything else."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.families import family_of
from lstm_calc.formats.code.unknown import MISSING, Cause, Imported, Place, UnknownEntries, is_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class TensorSize(tuple[Any, ...]):
    """The shape of a tensor: to PyTorch no list of numbers, but sizes, and so is a part of it."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        """Return a size, or some of them."""
        found = super().__getitem__(key)
        return TensorSize(found) if isinstance(key, slice) else found


class _MayBe:
    """What a program makes where it may not come: ``doubt`` are the causes, conditions and loops that are not known."""

    doubt: tuple[Cause, ...] = ()

    def keep_doubt(self, causes: Iterable[Cause]) -> None:
        """Keep further causes by which it may not be there."""
        self.doubt = tuple(dict.fromkeys((*self.doubt, *causes)))


class Array(_MayBe):
    """A tensor of which the shape is known, as far as its sizes are: ``torch.zeros(4, n)``; or its last size alone.

    ``trained`` is set for a parameter of a model.
    """

    def __init__(self, shape: Iterable[Any] | None, width: Any = None, *, trained: bool | None = None) -> None:
        """Take the sizes, the batch included, or None and the last one."""
        self.shape: tuple[Any, ...] | None = None if shape is None else TensorSize(shape)
        self.width = self.shape[-1] if self.shape else width
        self.trained = trained
        self.numbers: tuple[Any, ...] | None = None
        """The numbers in it, where it is a list of such that is known."""
        self.place: Place | None = None


class Scope:
    """Names and their values; a name that is not here is looked up in the scope around it."""

    def __init__(self, module: Module, around: Scope | None = None, owner: ClassValue | None = None) -> None:
        """Take the module it is in, the scope around it, and the class whose method it belongs to."""
        self.names: dict[str, Any] = {}
        self.module = module
        self.around = around
        self.owner = owner
        self.outside: set[str] = set()
        """The names that are declared global or nonlocal."""
        self.returned: list[tuple[Any, tuple[Cause, ...]]] = []
        """What a function may return before its end, each with the causes by which it may."""
        self.yielded: list[Any] | None = None
        """What a generator gives, None in other functions."""

    def chain(self) -> Iterator[Scope]:
        """Yield this scope and those around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.around

    def lookup(self, name: str) -> Any:
        """Return the value of a name, MISSING where it has none; a method does not see the names of its class."""
        for at, each in enumerate(self.chain()):
            body = each.owner is not None and each is each.owner.scope
            if name in each.names and (at == 0 or not body):
                return each.names[name]
        return MISSING


class Module:
    """A file of source text, and the names that it defines."""

    def __init__(self, name: str, file: str, tree: ast.Module) -> None:
        """Take its dotted name, the name of its file in messages, and its syntax tree."""
        self.name = name
        self.file = file
        self.tree = tree
        self.lines: list[str] = []
        """The lines of its text, where expressions are quoted as they stand there."""
        self.scope = Scope(self)
        self.home: tuple[str, ...] = ()
        """The folders that it is in, from that of the program on."""
        self.is_package = False


class FunctionValue:
    """A function or lambda of the text; ``instance`` is what it is bound to."""

    def __init__(self, node: Any, scope: Scope, owner: ClassValue | None = None, instance: Any = None) -> None:
        """Take its syntax tree, the scope around it, the class that it is a method of, and what it is bound to."""
        self.node = node
        self.scope = scope
        self.owner = owner
        self.instance = instance
        self.defaults: dict[str, Any] = {}
        self.decorators: tuple[str, ...] = ()
        self.told: tuple[Any, ...] = ()
        """What a program initialises it with, as a function that Haiku transforms."""

    @property
    def name(self) -> str:
        """Its name."""
        return str(getattr(self.node, "name", "lambda"))

    @property
    def positional(self) -> list[str]:
        """The names of the parameters that it takes by position; of a method, the instance first."""
        return [each.arg for each in (*self.node.args.posonlyargs, *self.node.args.args)]

    @property
    def parameters(self) -> dict[str, ast.arg]:
        """Its parameters by name, without those that take all the rest."""
        arguments = self.node.args
        return {each.arg: each for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}

    def bound(self, instance: Any) -> FunctionValue:
        """Return it as a method of an instance."""
        copy = FunctionValue(self.node, self.scope, self.owner, instance)
        copy.defaults, copy.decorators = self.defaults, self.decorators
        return copy


class ClassValue:
    """A class of the text."""

    def __init__(self, node: ast.ClassDef, bases: tuple[Any, ...], scope: Scope, place: Place) -> None:
        """Take its syntax tree, what it inherits from, the scope of its body, and where it stands."""
        self.node = node
        self.bases = bases
        self.scope = scope
        self.place = place
        self.decorators: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.name

    @property
    def lineage(self) -> list[Any]:
        """Itself and all that it inherits from, each once, in the order in which attributes are looked up."""
        found: list[Any] = [self]
        for base in self.bases:
            found += base.lineage if isinstance(base, ClassValue) else [base]
        last = {id(each): at for at, each in enumerate(found)}
        return [each for at, each in enumerate(found) if last[id(each)] == at]

    @property
    def externals(self) -> list[str]:
        """The paths of what it inherits from outside the text."""
        return [each.path for each in self.lineage if isinstance(each, Imported)]

    @property
    def fields(self) -> dict[str, ast.AnnAssign]:
        """The annotated names of its body and of those that it inherits from, in order, as a dataclass takes them."""
        found: dict[str, ast.AnnAssign] = {}
        for each in reversed(self.lineage):
            for node in each.node.body if isinstance(each, ClassValue) else ():
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    found[node.target.id] = node
        return found

    def find(self, name: str, after: ClassValue | None = None) -> Any:
        """Return an attribute of the class, or of what it inherits from (only those after a class); MISSING without one."""
        lineage = self.lineage
        start = lineage.index(after) + 1 if after in lineage else 0
        for each in lineage[start:]:
            if isinstance(each, ClassValue) and name in each.scope.names:
                return each.scope.names[name]
        return MISSING


class Instance:
    """An object of a class of the text; ``cls`` is None for a bare namespace."""

    def __init__(self, cls: ClassValue | None, place: Place, /, **attributes: Any) -> None:
        """Take the class, where it is made, and its attributes."""
        self.cls = cls
        self.place = place
        self.attributes: dict[str, Any] = attributes
        self.made: tuple[Any, ...] = ()
        """How it is made: the arguments by position and by name, the causes by which it may not be, and the call."""
        self.notes: dict[str, Any] = {}
        """What is kept of it beside its attributes.

        Of any class: what a constructor outside the text was ``given``. Of a module of linen: whether it is ``set_up``, and the
        ``inputs`` that it is initialised with. Of a layer or model of Keras: the ``layers`` that it adds, whether it is ``built``
        and on which ``shape``, what it ``read`` last, the shapes of its ``weights`` and of those that are ``frozen``, with the
        ``variables`` among them, and the ``layers_of_weights`` that stand for these.
        """


class DefaultDict(dict[Any, Any]):
    """A dict that makes an entry for a key that it does not have, by calling ``factory``."""

    def __init__(self, factory: Any, entries: dict[Any, Any]) -> None:
        """Take the function and the entries so far."""
        super().__init__(entries)
        self.factory = factory


def entries_of(value: Any) -> dict[Any, Any] | None:
    """Return the entries of a dict, of a namespace, or of an object whose class is a dict; None for anything else."""
    if isinstance(value, dict):
        return value
    mapping = isinstance(value, Instance) and (value.cls is None or any(path in DICTS for path in value.cls.externals))
    return value.attributes if mapping else None


DICTS = frozenset({"builtins.dict", "collections.OrderedDict", "collections.UserDict", "collections.defaultdict"})
"""What a class inherits from whose objects are dicts."""


class Super:
    """``super()`` in a method: the instance, and the class after which attributes are looked up."""

    def __init__(self, instance: Instance, after: ClassValue) -> None:
        """Take both."""
        self.instance = instance
        self.after = after


class BuiltIn:
    """A method or function that is not of the text: what it does, given the interpreter's call."""

    def __init__(self, call: Callable[..., Any]) -> None:
        """Take the function that does it: of positional and keyword arguments, and the call as ``at``."""
        self.call = call


class MadeLayer(_MayBe):
    """A layer of a framework that the text makes.

    ``doubt`` are the causes by which it may not be made at all: conditions and loops that are not known.
    """

    def __init__(self, family: str, name: str, arguments: dict[str, Any], place: Place, doubt: tuple[Cause, ...] = ()) -> None:
        """Take the framework's family, the class, its arguments by name, and where it is made."""
        self.family = family
        self.name = name
        self.arguments = arguments
        self.place = place
        self.doubt = doubt
        self.frozen: set[str] = set()
        """Which of its tensors are not trained: weight, bias, or * for all."""
        self.attributes: dict[str, Any] = {}
        self.inner: list[Any] = []
        """The layers inside a container."""
        self.given: tuple[Any, ...] = ()
        """The arguments by position, of a class whose names for them are not in the tables."""
        self.reads: Any = None
        """The width of what it is called on."""
        self.gives_states = False
        """Whether the text asks it for the state that a sequence begins with."""
        self.gains: list[tuple[Any, Any]] = []
        """The tensors that weight_norm gives a gain, each with the axis along which it does."""
        self.removed: dict[str, Cause] = {}
        """The tensors that were taken out of it."""


class LayerTensor:
    """A tensor of a layer: its weight, its bias, or ``*`` for all that it has."""

    def __init__(self, owner: Any, name: str) -> None:
        """Take the layer, and which tensor of it."""
        self.owner = owner
        self.name = name


MAX_ITEMS = 100_000
"""How many entries a list, dict or text has that is followed."""
_LARGEST = 20_000


def is_small(value: Any) -> bool:
    """Return whether a value has few parts, all of those inside it counted: it can be compared, hashed and written."""
    todo, number = [value], 0
    while todo:
        each = todo.pop()
        number += 1
        if number > _LARGEST or (isinstance(each, (str, range)) and len(each) > MAX_ITEMS):
            return False
        if isinstance(each, (list, tuple, dict, set)):
            number += len(each) // 8
            todo += [] if number > _LARGEST else each.values() if isinstance(each, dict) else each
    return True


def is_imported_class(value: Any) -> bool:
    """Return whether a value is a class of a framework, as ``nn.LSTM`` is."""
    home = family_of(value.path) if isinstance(value, Imported) else None
    return home is not None and home[1].lstrip("_")[:1].isupper()


def is_wide(text: str) -> bool:
    """Return whether a text that is a format may give a very long one."""
    return re.search(r"[0-9]{4}|\*", text) is not None


def truth_of(value: Any) -> bool | None:
    """Return whether a value is true, None where that is not known."""
    if is_imported_class(value):
        return True
    if is_unknown(value) or isinstance(value, Array):
        return None
    if isinstance(value, (list, dict)) and value and all(isinstance(each, UnknownEntries) for each in value):
        return None
    if isinstance(value, (int, float, str, list, tuple, dict, set, range, type(None))):
        return bool(value)
    return True
