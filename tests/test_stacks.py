"""What a command does for a stack of layers grows with their number, and no faster: counted in calls, which no machine changes."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from lstm_calc import LSTM, ConvLSTM, Dense, Embedding, Model, dumps
from lstm_calc.cli import app
from lstm_calc.render import as_svg

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lstm_calc.model import Layer

pytestmark = pytest.mark.slow

FORMATS = ("table", "json", "csv", "ndjson", "markdown", "latex", "html", "svg")
COMMANDS = (
    *(f"tensors --gates --format {form}" for form in FORMATS),
    *(f"{command}{more}" for command in ("params", "shapes", "cost", "diagram") for more in ("", " --format svg", " -f keras")),
    *("report --format markdown", "report --format html", "cost --training --optimizer adam", "explain", "explain --step"),
    *("check --max-params 5", "compare -f keras,pytorch", "port --from keras --to pytorch", "params -q"),
)
STACKS: dict[str, Callable[[int], list[Layer]]] = {
    "alike": lambda count: [LSTM(8) for _ in range(count)],
    "repeated": lambda count: [LSTM(8, repeat=count)],
    "named": lambda count: [LSTM(8, bidirectional=True, name=f"layer.{at}") for at in range(count)],
    "different": lambda count: [LSTM(4 + at, projection=3) for at in range(count)],
    "tied": lambda count: [Embedding(9, 4), *(Dense(9 if at % 2 else 4, tied=bool(at % 2)) for at in range(count - 1))],
    "images": lambda count: [ConvLSTM(4, (1, 1), padding="same", name=f"c{at}") for at in range(count)],
}


def calls(command: str, layers: list[Layer], path: Path) -> int:
    """Return how often functions are called by a command on a stack, those that are written in C too."""
    path.write_text(dumps(Model(layers, None if isinstance(layers[0], Embedding) else 4)))
    name, *options = command.split()
    made = 0

    def note(_frame: Any, event: str, _function: Any) -> None:
        nonlocal made
        made += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        result = CliRunner().invoke(app, [name, str(path), *options], catch_exceptions=False)
    finally:
        sys.setprofile(None)
    assert result.exit_code in {0, 1}, result.stderr
    return made


def growth(command: str, stack: Callable[[int], list[Layer]], path: Path) -> float:
    """Return how many times as many calls 100 more layers take as 50 more, beyond the lines up to which rich draws a table."""
    calls(command, stack(2), path)
    some, twice, four_times = (calls(command, stack(count), path) for count in (50, 100, 200))
    return (four_times - twice) / (twice - some)


@pytest.mark.parametrize("command", COMMANDS)
def test_twice_as_many_layers_take_twice_as_much(command: str, tmp_path: Path) -> None:
    assert growth(command, STACKS["named"], tmp_path / "model.json") < 2.3


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("command", ["params", "shapes", "tensors --gates", "cost"])
def test_every_kind_of_stack_grows_so(command: str, stack: str, tmp_path: Path) -> None:
    asked = "cost --space 8x8" if (command, stack) == ("cost", "images") else command
    assert growth(asked, STACKS[stack], tmp_path / "model.json") < 2.3


@pytest.mark.parametrize("command", ["params", "tensors", "cost", "shapes", "report --format markdown"])
def test_layers_of_other_names_are_worked_out_once(command: str, tmp_path: Path) -> None:
    plain, named = (
        calls(command, [LSTM(8, bidirectional=True, name=name(at)) for at in range(200)], tmp_path / "model.json")
        for name in (lambda _: None, lambda at: f"layer.{at}")
    )
    assert named < 1.3 * plain


def test_a_picture_is_drawn_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.segment import Segment

    from lstm_calc.questions.params import params

    cut = Segment.split_and_crop_lines
    seen: list[str] = []

    def noted(segments: Any, *others: Any, **more: Any) -> Any:
        segments = list(segments)
        seen.extend(segment.text for segment in segments)
        return cut(segments, *others, **more)

    monkeypatch.setattr(Segment, "split_and_crop_lines", noted)
    model = Model([LSTM(8) for _ in range(100)], 4)
    as_svg.render(params(model).document(), io.StringIO())
    assert len(seen) > 500
    assert max(text.count("\n") for text in seen) == 1
