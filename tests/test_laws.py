"""Laws that hold for every model: whatever is counted twice is counted alike."""

from __future__ import annotations

import csv
import io
import json
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lstm_calc.formats import notation
from lstm_calc.formats.modelfile import dumps, loads, table_of
from lstm_calc.frameworks import FRAMEWORKS, frameworks, offers
from lstm_calc.frameworks.counting import count
from lstm_calc.model import Dense, Model
from lstm_calc.questions.params import params
from lstm_calc.questions.tensors import Tensor, tensors
from lstm_calc.render import format_of
from tests.strategies import models

sizes = st.integers(1, 40)
every_framework = pytest.mark.parametrize("framework", list(FRAMEWORKS))


@pytest.mark.spread(4)
@every_framework
@given(data=st.data())
def test_totals_are_sums(framework: str, data: st.DataObject) -> None:
    model = data.draw(models(framework))
    answer = params(model, framework)
    assert answer.total == count(model, framework) == tensors(model, framework).total
    assert answer.total == sum(part.total for layer in answer.layers for part in layer.gates)
    assert answer.trainable == sum(t.params for t in tensors(model, framework).tensors if t.trainable)
    for layer in answer.layers:
        assert layer.total == sum(part.total for part in layer.gates)


@pytest.mark.spread(4)
@every_framework
@given(data=st.data())
def test_parts_tile_their_tensor(framework: str, data: st.DataObject) -> None:
    for tensor in tensors(data.draw(models(framework)), framework).tensors:
        covered = sum(part.params for part in tensor.parts)
        corners = {tuple(start for start, _ in part.slice) for part in tensor.parts}
        assert covered == tensor.params
        assert len(corners) == len(tensor.parts)
        assert all(_inside(tensor, part.slice) for part in tensor.parts)


def _inside(tensor: Tensor, cuts: tuple[tuple[int, int], ...]) -> bool:
    return all(0 <= start < stop <= size for (start, stop), size in zip(cuts, tensor.shape, strict=True))


@pytest.mark.spread(4)
@every_framework
@given(data=st.data())
def test_no_two_tensors_of_a_layer_share_a_name(framework: str, data: st.DataObject) -> None:
    named = [(tensor.layer, tensor.name) for tensor in tensors(data.draw(models(framework)), framework).tensors]
    assert len(set(named)) == len(named)


@every_framework
@given(width=sizes, units=sizes, kind=st.sampled_from(("lstm", "gru", "rnn")))
def test_two_directions_are_twice_one(framework: str, width: int, units: int, kind: str) -> None:
    if offers(frameworks()[framework], kind, "bidirectional"):
        one, two = (count(notation.read(f"{width} > {way}{kind} {units}"), framework) for way in ("", "bi"))
        assert two == 2 * one


@given(width=sizes, units=sizes)
def test_the_formula_of_the_textbook(width: int, units: int) -> None:
    assert count(notation.read(f"{width} > lstm {units}")) == 4 * (units * (width + units) + units)
    assert count(notation.read(f"{width} > lstm {units}"), "pytorch") == 4 * (units * (width + units) + 2 * units)
    assert count(notation.read(f"{width} > gru {units}")) == 3 * (units * (width + units) + units)
    assert count(notation.read(f"{width} > gru {units} reset_after")) == 3 * (units * (width + units) + units) + units
    assert count(notation.read(f"{width} > rnn {units}")) == units * (width + units) + units
    assert count(notation.read(f"{width} > lstm {units} coupled")) == 3 * (units * (width + units) + units)


@given(width=sizes, units=sizes, projection=sizes)
def test_the_formula_with_a_projection(width: int, units: int, projection: int) -> None:
    model = notation.read(f"{width} > lstm {units} proj={projection} peephole")
    assert count(model) == 4 * (units * (width + projection) + units) + 3 * units + projection * units
    assert model.uses[0].output_dim == projection


@given(model=models())
def test_the_notation_reads_back(model: Model) -> None:
    assert notation.read(str(model)) == model
    assert str(notation.read(str(model))) == str(model)


@given(model=models())
def test_the_model_file_reads_back(model: Model) -> None:
    assert loads(dumps(model)) == model
    assert json.loads(dumps(model)) == table_of(model)
    assert loads(json.dumps(table_of(model))) == model


@pytest.mark.spread(3)
@every_framework
@given(data=st.data())
def test_the_formats_show_the_same_numbers(framework: str, data: st.DataObject) -> None:
    model = data.draw(models(framework))
    answer = params(model, framework)
    assume(answer.total)
    document = answer.document()
    plain = json.loads(json.dumps(answer.data()))
    rows = list(csv.DictReader(io.StringIO(format_of("csv").render(document, io.StringIO()))))
    in_json = [gate["total"] for layer in plain["layers"] for gate in layer["gates"]]
    in_csv = [int(row["params"]) for row in rows if row["type"] != "repeat_vector"]
    table = format_of("table").render(document, io.StringIO())
    assert in_json == in_csv
    assert sum(in_csv) == plain["total"] == answer.total
    assert f"{answer.total:,}" in table.split()
    assert _column(table) == [*in_json_with_sums(plain), answer.total]


def in_json_with_sums(plain: dict) -> list[int]:
    """Return the counts of a table's lines: each gate's, and a layer's own where it has several in a model of several layers."""
    counts = []
    for layer in plain["layers"]:
        counts += [gate["total"] for gate in layer["gates"]] or [0]
        if len(layer["gates"]) > 1 and len(plain["layers"]) > 1:
            counts.append(layer["total"])
    return counts


def _column(table: str) -> list[int]:
    """Return the counts that stand in a drawn table: the last word but one of each line that ends in a share."""
    return [int(line.split()[-2].replace(",", "")) for line in table.splitlines() if line.endswith("%")]


@given(units=st.integers(1, 10**40), width=st.integers(1, 10**40))
def test_counting_is_exact_however_large(units: int, width: int) -> None:
    model = Model([Dense(units)], width)
    assert count(model) == units * width + units


def test_every_pair_of_two_way_merges_gives_the_width_keras_gives() -> None:
    widths = {
        merge: notation.read(f"8 > bilstm 5 merge={merge}").uses[0].output_dim for merge in ("concat", "sum", "mul", "average")
    }
    assert widths == {"concat": 10, "sum": 5, "mul": 5, "average": 5}


@every_framework
def test_a_slice_never_crosses_a_gate(framework: str) -> None:
    """Fill every block with its gate's number; every stored cell is then filled exactly once."""
    kinds = [kind for kind in ("lstm", "gru", "rnn") if kind in frameworks()[framework].layouts]
    for kind, way in product(kinds, ("", "bi")):
        if way and not offers(frameworks()[framework], kind, "bidirectional"):
            continue
        for tensor in tensors(notation.read(f"3 > {way}{kind} 2"), framework).tensors:
            cells = [cell for part in tensor.parts for cell in product(*(range(start, stop) for start, stop in part.slice))]
            assert sorted(cells) == sorted(product(*map(range, tensor.shape)))
