"""What the writers of programs share: step by step, and for a module of layers its constructor and its call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from lstm_calc.formats.writers.plan import Sizes, is_pointwise

if TYPE_CHECKING:
    from lstm_calc.formats.writers.plan import Plan, Step
    from lstm_calc.formats.writers.text import Call


class StepWriter(ABC):
    """A program that grows by a step at a time: ``lines`` are those of its call."""

    def __init__(self, plan: Plan) -> None:
        """Take the plan."""
        self.plan = plan
        self.lines: list[str] = []

    @abstractmethod
    def add(self, step: Step) -> None:
        """Add a step; raise FrameworkError for what the framework does not have."""

    @abstractmethod
    def text(self) -> str:
        """Return the program of the steps so far."""

    def program(self) -> str:
        """Return the program of all steps."""
        for step in self.plan.steps:
            self.add(step)
        return self.text()


class ModuleWriter(StepWriter):
    """A module: ``layers`` are the lines of its constructor, and ``made`` the calls that make its layers."""

    def __init__(self, plan: Plan, reserved: tuple[str, ...]) -> None:
        """Take the plan, and the names that nothing in the program may have."""
        super().__init__(plan)
        self.sizes = Sizes(plan, reserved)
        self.made: list[Call] = []
        self.layers: list[str] = []
        self._widths: dict[str, str | None] = {}

    def width(self, step: Step, words: str) -> str:
        """Note the width that a layer gives in words, and return it."""
        self._widths[step.module] = words
        return words

    def begin(self, step: Step) -> None:
        """Forget the width of a layer that is about to be made."""
        self._widths[step.module] = None

    def end(self, step: Step) -> None:
        """Note what a step gives, for the sizes of those that read it."""
        self.sizes.gives(step, self._widths.get(step.module))

    def give(self, step: Step, text: str) -> None:
        """Add the line that computes the outputs of a step; none where they are what it reads."""
        names = [self.plan.values[step.position, number] for number in range(step.layer.outputs)]
        if [text] != names:
            self.lines.append(f"        {', '.join(names)} = {text}")

    def arguments(self) -> tuple[str, ...]:
        """Return the arguments of the constructor: the sizes, with their values as defaults."""
        return tuple(f"{name}={value}" for name, value in self.sizes.named.items())

    def inputs(self) -> str:
        """Return the arguments of the call."""
        return ", ".join(["self", *(name for name, _ in self.plan.arguments)])

    def call_lines(self, given: str) -> list[str]:
        """Return the lines of the call, which gives an expression; a name that is computed last is not kept first."""
        *lines, last = [*self.lines, f"        return {given}"]
        if lines and lines[-1].startswith(f"        {given} = "):
            last = f"        return {lines.pop().partition(' = ')[2]}"
        return [*lines, last]


def entry_axes(step: Step, framework: str) -> int:
    """Return how many axes a step is applied along entry by entry; raise FrameworkError where a module does not do that."""
    front = step.layer.time_distributed if not is_pointwise(step) else 0
    if front and (step.layer.reads_several or step.layer.outputs > 1):
        raise step.refuse(framework, f"{step.layer.kind} of each entry of another axis")
    return front
