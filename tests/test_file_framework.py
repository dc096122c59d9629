"""The framework of a file answers where no other is asked for, in every command and as a file is written and read."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from lstm_calc import GRU, LSTM, Dense, Model, compare, cost, dumps, load, params, read, sweep
from lstm_calc.dtypes import weight_bytes
from lstm_calc.errors import FrameworkError, LstmCalcError, ModelError, ModelFileError
from lstm_calc.formats.modelfile import load_template, loads
from lstm_calc.frameworks import FRAMEWORKS, frameworks
from lstm_calc.frameworks.counting import count
from lstm_calc.questions.port import port_plan
from lstm_calc.questions.tensors import tensors
from lstm_calc.questions.verify import verify
from tests.strategies import models

if TYPE_CHECKING:
    from tests.conftest import Cli

CONFIGS = Path(__file__).parent / "data" / "keras_configs"
CHECKPOINTS = Path(__file__).parent / "data" / "checkpoints"
CUDNN = str(CONFIGS / "cudnn.keras2.json")
GRU_CONFIG = {
    "class_name": "GRU",
    "config": {"units": 64, "batch_input_shape": [None, 9, 32], "reset_after": True, "return_sequences": False, "name": "g"},
}

COMMANDS = {
    "params": [],
    "tensors": ["--gates"],
    "shapes": ["--batch", "3"],
    "cost": ["--batch", "9"],
    "check": ["--max-params", "100k"],
    "solve": ["--max-params", "300k"],
    "sweep": ["--vary", "units=3,4"],
    "explain": [],
    "diagram": [],
    "report": ["--max-params", "100k"],
}
"""Every command that takes a model and one framework, with what else it needs."""


def keras_file(kind: str, folder: Path) -> str:
    """Return the path of a model that is of Keras: a config, an archive, or a model file that says so."""
    if kind == "cudnn":
        return CUDNN
    path = folder / f"m.{kind}"
    if kind == "keras":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", json.dumps(GRU_CONFIG))
    elif kind == "json":
        path.write_text(json.dumps(GRU_CONFIG))
    else:
        path.write_text('input_dim = 32\nframework = "keras"\n[[layers]]\ntype = "gru"\nunits = 64\n')
    return str(path)


@pytest.mark.spread(12)
@pytest.mark.parametrize("kind", ["cudnn", "json", "keras", "toml"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_without_a_framework_answers_in_that_of_the_file(command: str, kind: str, tmp_path: Path, cli: Cli) -> None:
    asked = [command, keras_file(kind, tmp_path), *COMMANDS[command]]
    plain, keras, textbook = (cli(*asked, "--format", "json", *more).stdout for more in ([], ["-f", "keras"], ["-f", "textbook"]))
    one, other = json.loads(plain), json.loads(keras)
    assert [each.pop("framework_from", None) for each in (one, other)] in (["input", "option"], [None, None])
    assert one == other
    assert plain != textbook
    shown, other = (cli(*asked, "--format", "table", *more).stdout for more in ([], ["-f", "pytorch"]))
    assert "keras" in shown.partition("from the file")[0]
    assert "from the file" in shown
    assert "from the file" not in other


@pytest.mark.parametrize("model", ["nn.LSTM(40, 96)", str(CHECKPOINTS / "bilstm.pt")], ids=["call", "weights"])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_in_the_same_words_where_a_framework_of_no_model_file_comes_from(
    command: str, model: str, cli: Cli
) -> None:
    shown = " ".join(cli(command, model, *COMMANDS[command], "--format", "table").stdout.split())
    assert ", from the model" in shown.partition("pytorch")[2]
    assert "from the file" not in shown


@pytest.mark.parametrize("command", ["params", "tensors", "solve"])
def test_the_number_alone_is_that_of_the_file_s_framework(command: str, tmp_path: Path, cli: Cli) -> None:
    asked = [command, keras_file("json", tmp_path), *COMMANDS[command]]
    answers = {name: cli(*(word for word in asked if word != "--gates"), "-q", *more).stdout for name, more in MORE.items()}
    assert answers["none"] == answers["keras"]
    assert command == "solve" or answers == {"none": "18816\n", "keras": "18816\n", "textbook": "18688\n"}


MORE = {"none": [], "keras": ["-f", "keras"], "textbook": ["-f", "textbook"]}


def test_the_cudnn_layers_of_a_real_file_have_two_bias_vectors(cli: Cli) -> None:
    """Keras' own count of the file's weights is 200,583; 128 units of a plain LSTM have 512 biases less a layer."""
    assert cli("params", CUDNN, "-q").stdout == "200583\n"
    assert cli("params", CUDNN, "-q", "-f", "textbook").stdout == "199559\n"
    stored = tensors(load(CUDNN)).tensors
    assert all(tensor.name.startswith("sequential_1/") for tensor in stored)  # as the file calls its model
    found = [(tensor.name.removeprefix("sequential_1/"), tensor.shape) for tensor in stored]
    assert found == [
        ("cu_dnnlstm_1/kernel", (2, 512)),
        ("cu_dnnlstm_1/recurrent_kernel", (128, 512)),
        ("cu_dnnlstm_1/bias", (1024,)),
        ("cu_dnnlstm_2/kernel", (128, 512)),
        ("cu_dnnlstm_2/recurrent_kernel", (128, 512)),
        ("cu_dnnlstm_2/bias", (1024,)),
        ("dense_1/kernel", (128, 7)),
        ("dense_1/bias", (7,)),
    ]


@pytest.mark.parametrize(
    ("text", "bias", "first"),
    [
        ("8 > lstm 4 cudnn", (32,), "cu_dnnlstm/kernel"),
        ("8 > gru 4 cudnn", (24,), "cu_dnngru/kernel"),
        ("8 > bilstm 4 cudnn", (32,), "bidirectional/forward_cu_dnnlstm/kernel"),
    ],
)
def test_layers_on_cudnn_are_stored_as_keras_2_does(text: str, bias: tuple[int, ...], first: str) -> None:
    model = read(text)
    stored = tensors(model, "keras").tensors
    assert (stored[0].name, stored[2].shape) == (first, bias)
    assert count(model, "keras") == params(model, "keras").total == count(model, "cudnn")
    assert weight_bytes(model, "keras") == 4 * count(model, "keras")
    ours, theirs = (cost(model, name, steps=3).whole.data() for name in ("keras", "cudnn"))
    assert ours == theirs
    assert read(str(model)) == loads(dumps(model)) == model
    roles = [(part.role, part.gate) for part in stored[2].parts]
    gates = frameworks()["keras"].layouts[model.layers[0].kind].gates.split()
    assert roles == [(role, gate) for role in ("bias", "recurrent_bias") for gate in gates]


@pytest.mark.parametrize("name", [name for name in FRAMEWORKS if name != "keras"])
def test_elsewhere_a_layer_on_cudnn_is_like_any_other(name: str) -> None:
    assert count(read("8 > lstm 4 cudnn"), name) == count(read("8 > lstm 4"), name)


@pytest.mark.parametrize("field", [{"bias": False}, {"projection": 2}, {"peephole": True}, {"coupled": True}])
def test_cudnn_does_not_go_with_what_its_layers_lack(field: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=f"^cudnn does not go with {next(iter(field))}="):
        LSTM(4, cudnn=True, **field)


def test_a_gru_on_cudnn_resets_after() -> None:
    with pytest.raises(ModelError, match=r"^cudnn does not go with reset_after=false$"):
        GRU(4, cudnn=True, reset_after=False)
    assert GRU(4, cudnn=True) == GRU(4, cudnn=True, reset_after=True)
    assert [GRU(4, cudnn=True).reset_after for _ in range(200)] == [True] * 200  # both ways in which values are made
    assert count(read("8 > gru 4 cudnn")) == count(read("8 > gru 4 reset_after"))
    with pytest.raises(FrameworkError, match=r"^haiku has no reset_after=true for gru; "):
        count(read("8 > gru 4 cudnn"), "haiku")


def test_the_weights_of_a_layer_on_cudnn_are_ported_bias_by_bias() -> None:
    moves = {
        (filled.tensor.name, move.gate): move.terms[0].slice
        for filled in port_plan(load(CUDNN), None, "pytorch").filled
        for move in filled.moves
    }
    assert moves["cu_dnnlstm_1.bias_ih_l0", "forget"] == ((128, 256),)
    assert moves["cu_dnnlstm_1.bias_hh_l0", "forget"] == ((640, 768),)


def test_a_port_is_from_the_framework_of_the_file(tmp_path: Path, cli: Cli) -> None:
    path = keras_file("toml", tmp_path)
    plain, asked = (cli("port", path, *more, "--to", "pytorch", "--code").stdout for more in ([], ["--from", "keras"]))
    assert plain == asked
    assert "from keras (from the file) to pytorch" in cli("port", path, "--to", "pytorch").stdout
    refused = cli("port", "2 > lstm 3", "--to", "keras")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: missing option '--from'")


def test_models_of_several_frameworks_are_each_counted_in_their_own(tmp_path: Path, cli: Cli) -> None:
    path = keras_file("json", tmp_path)
    answer = json.loads(cli("compare", path, "32 > gru 64", "--format", "json").stdout)
    assert [(each["framework"], each["total"]) for each in answer["subjects"]] == [("keras", 18816), ("textbook", 18624)]
    assert "in keras, from the file\n" in cli("compare", path, "32 > gru 64").stdout
    assert "from the file" not in cli("compare", path, "32 > gru 64", "-f", "pytorch").stdout
    answer = json.loads(cli("check", path, "32 > gru 64", "--max-params", "1M", "--format", "json").stdout)
    assert answer["framework"] is None
    assert [each["framework"] for each in answer["models"]] == ["keras", "textbook"]
    shown = cli("check", path, "32 > gru 64", "--max-params", "1M").stdout
    assert "2 of 2 fit the budget, in keras and textbook, float32" in shown
    assert "keras, from the file" in shown
    assert compare([("a", load(path)), ("b", load(path))]).total.deltas == (0, 0)


def test_a_model_to_match_is_counted_in_its_own_framework(tmp_path: Path, cli: Cli) -> None:
    path = keras_file("json", tmp_path)
    assert json.loads(cli("solve", "32 > gru ?", "--match", path, "--format", "json").stdout)["budget"]["params"]["limit"] == 18816


def test_a_sweep_over_frameworks_takes_those(tmp_path: Path, cli: Cli) -> None:
    model = load(keras_file("json", tmp_path))
    assert list(sweep(model, {"framework": ["textbook", "keras"]}, columns=["params"])) == [("textbook", 18688), ("keras", 18816)]
    shown = cli("sweep", keras_file("json", tmp_path), "--vary", "framework=textbook,keras").stdout
    assert "from the file" not in shown


def test_verify_holds_a_file_against_its_own_framework(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def adapter(table: Any) -> Any:
        asked.append(table.name)
        raise LstmCalcError("not here")

    monkeypatch.setattr("lstm_calc.questions.verify.adapter_of", adapter)
    with pytest.raises(LstmCalcError, match="not here"):
        verify(load(CUDNN))
    assert asked == ["keras"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('"kears"', "framework: 'kears' is not a framework; did you mean 'keras'?"),
        ('"pytroch"', "framework: 'pytroch' is not a framework; did you mean 'pytorch'?"),
        ('""', "framework: '' is not a framework; lstm-calc help frameworks lists them"),
        ("3", "framework: must be the name of a framework, not 3"),
        ("[1]", "framework: must be the name of a framework, not [1]"),
    ],
)
@pytest.mark.parametrize("reader", [load, load_template])
def test_a_framework_that_is_none_is_refused_with_its_file(value: str, message: str, reader: Any, tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(f'input_dim = 3\nframework = {value}\n[[layers]]\ntype = "lstm"\nunits = 2\n')
    with pytest.raises(ModelFileError) as caught:
        reader(str(path))
    assert str(caught.value).startswith(f"{path}:{message}")


@pytest.mark.spread(4)
@pytest.mark.parametrize("name", FRAMEWORKS)
@given(model=models("textbook"))
def test_a_model_file_keeps_its_framework(name: str, model: Model) -> None:
    model = model.replace(framework=name)
    assert loads(dumps(model)) == model


def test_a_template_keeps_the_framework_of_its_file(tmp_path: Path, cli: Cli) -> None:
    path = tmp_path / "m.toml"
    path.write_text('input_dim = 64\nframework = "keras"\n[[layers]]\ntype = "lstm"\nunits = "?"\n')
    assert load_template(str(path)).fill(3) == Model([LSTM(3)], 64, framework="keras")
    assert cli("solve", str(path), "--max-params", "1M").stdout.startswith("468 units: 64 > lstm 468 in keras, from the file\n")
    assert cli("solve", str(path), "--max-params", "1M", "-f", "pytorch").stdout.startswith("468 units: 64 > lstm 468 in pytorch\n")


def test_a_model_made_in_python_may_say_its_framework() -> None:
    model = Model([LSTM(32), Dense(1)], 32, framework="pytorch")
    assert params(model).framework == "pytorch"
    assert params(model).total == count(model) == params(model, "pytorch").total
    with pytest.raises(ModelError, match=r"^framework must be letters"):
        Model([LSTM(32)], 32, framework=3)
