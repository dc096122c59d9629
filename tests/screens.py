"""The screens: each command in its main variants, as it is typed, and the files that some of them read."""

from __future__ import annotations

from tests import handmade
from tests.handmade import npz, safetensors, state_dict

MODEL = "vocab 200 > embed 8 > bilstm 4 x2 > gru 6 > dense 10 > dense 1"
CNN = "1000x4 > conv 320 kernel=26 > pool 13 > bilstm 320 sequences > dropout 0.5 > flatten > dense 10"
LONG = " > ".join(["64", *(f"lstm {units} peephole nobias name=layer_{units}" for units in range(100, 104))])
FORECAST = "forecast --features 5 --window 64 --units 32"

SCREENS: dict[str, str] = {
    "params": "params --input 32 --units 32 --output 32",
    "params-stack": f"params '{MODEL}' -f keras",
    "params-options": "params '8 > lstm 6 peephole coupled proj=3 name=enc frozen > repeat_vector 5 > dense 2'",
    "tensors": f"tensors '{MODEL}' -f pytorch",
    "tensors-gates": "tensors '8 > bilstm 4 > dense 2' -f onnx --gates",
    "tensors-row-major": "tensors '8 > gru 4' -f cudnn --gates",
    "shapes": f"shapes '{MODEL}' -f keras --shape 8xNone",
    "explain": "explain --input 32 --units 32 --output 32",
    "compare": "compare '64 > lstm 128 > dense 10' '64 > gru 151 > dense 10' -f keras,onnx",
    "explain-difference": "explain --difference -f keras,pytorch '32 > lstm 32 > dense 2'",
    "explain-step": "explain '8 > bigru 4 nobias' -f paddle --step",
    "frameworks": "frameworks",
    "solve": "solve '64 > lstm ?' --max-params 1M --max-bytes 4MiB -f keras",
    "sweep": "sweep '64 > lstm 128' --vary units=64,128 --vary framework=keras,pytorch",
    "cost": f"cost '{MODEL}' -f keras --batch 2 --steps 5",
    "cost-training": (
        "cost '8 > lstm 6 coupled > dense 2' -f onnx --lengths 7,3 --dtype float16 --optimizer adafactor "
        "--truncate 4 --flops 10T --bandwidth 100GB"
    ),
    "check": "check '8 > lstm 6' '8 > gru 6' -f keras --max-params 1k --max-bytes 2kB --max-macs 300",
    "arguments": "arguments",
    "forecast": "forecast --features 5 --window 64 --horizon 3 --units 32 --targets 2 --length 1_000 --stride 10",
    "forecast-seq2seq": "forecast --features 5 --window 64 --horizon 3 --units 32 --strategy seq2seq --units 64,32 -f keras",
    "forecast-all": "forecast --features 5 --window 64 --horizon 3 --units 32 --targets 2 --all",
    "port": "port '8 > bilstm 4 > dense 2' --from pytorch --to keras",
    "port-negated": "port '8 > gru 4' --from haiku --to tensorflow1",
    "port-row-major": "port '8 > lstm 4' --from cudnn --to haiku",
    "port-coupled": "port '8 > lstm 4 coupled' --from onnx --to tflite",
    "params-cnn": f"params '{CNN}' -f keras",
    "tensors-cnn": f"tensors '{CNN}' -f keras",
    "shapes-cnn": f"shapes '{CNN}' -f keras --batch 8",
    "cost-cnn": f"cost '{CNN}' -f keras --batch 8",
    "explain-cnn": f"explain '{CNN}' -f keras",
    "report-cnn": f"report '{CNN}' -f keras --format table",
    "params-mixed": "params '8 > bilstm 6 name=enc > gru 4 frozen > dense 2' -f keras",
    "params-projected": "params '8 > bilstm 6 proj=3 > gru 4 > mgu 3 > dense 2' --sort params",
    "params-tied": "params 'vocab 30 > embed 8 > lstm 8 > dense 30 tied' -f pytorch",
    "params-frozen": "params '1 > dense 1 nobias frozen'",
    "params-folded": "params '40 > bilstm 320 x5 > dense 32' -f pytorch",
    "summary-cnn": f"summary '{CNN}' -f keras",
    "summary-branches": "summary '32 > (lstm 64 | gru 64) > concat > dense 1 frozen' -f keras --steps 12",
    "summary-stack": f"summary '{MODEL}' -f pytorch",
    "params-columns": "params '8 > lstm 6 x2 > dense 2' --columns layer,gate,params,share --sort -params",
    "params-names": "params '8 > lstm 6 x2 > gru 4 reset_after > lstm 6 nobias > dense 2' -f textbook",
    "params-kinds": "params '8 > lstm 6 > gru 4 reset_after' -f openvino",
    "params-none": "params '8 > repeat_vector 5'",
    "params-long": f"params '{LONG}'",
    "params-only": "params '8 > mgu 4 ungated nobias'",
    "tensors-mixed": "tensors '8 > bilstm 6 name=enc frozen > gru 4 > dense 2' -f keras --sort params",
    "tensors-beside": "tensors 'vocab 30 > embed 8 > bilstm 4 > dense 2' -f keras,pytorch,onnx",
    "tensors-beside-sorted": "tensors '8 > lstm 4 > dense 2' -f keras,flax-linen --sort -keras_params",
    "tensors-gates-directions": "tensors '8 > bigru 4 nobias' -f keras --gates --sort -params",
    "shapes-plain": "shapes '32 > lstm 64 x2 > dense 10' -f pytorch --shape 8x64x32 --batch-first",
    "shapes-many": "shapes '8 > bilstm 4 merge=none state name=enc' -f keras --batch 2",
    "explain-stack": f"explain '{MODEL}' -f keras",
    "explain-options": "explain '8 > lstm 6 peephole coupled proj=3 frozen > mgu 4 > rnn 2 > dense 2' --step",
    "explain-tied": "explain 'vocab 30 > embed 8 > bilstm 8 merge=sum > dense 30 tied' -f keras",
    "explain-conv": "explain '3 > conv_lstm 4 kernel=3x2' -f keras --step",
    "explain-haiku": "explain '8 > lstm 4 > repeat_vector 5 > gru 2' -f haiku",
    "explain-fixed": "explain '8 > lstm 4 nobias' -f paddle",
    "explain-unmerged": "explain '1 > bilstm 1 merge=none' -f keras",
    "explain-backwards": "explain '1 > gru 1 backwards > dense 1' -f keras",
    "explain-unused": "explain '8 > lstm 4 coupled' -f onnx",
    "explain-alike": "explain '4 > rnn 4 x2' --step",
    "difference-alike": "explain --difference -f pytorch,keras '8 > lstm 8 > lstm 8'",
    "difference-none": "explain --difference -f textbook,keras '32 > lstm 32'",
    "difference-stack": "explain --difference -f pytorch,keras '8 > bigru 4 x2 nobias > lstm 3 > dense 2'",
    "difference-unused": "explain --difference -f onnx,textbook '8 > lstm 4 coupled x2'",
    "difference-equal": "explain --difference -f cudnn,pytorch '8 > gru 4'",
    "difference-sorted": "explain --difference -f keras,onnx '8 > lstm 4 > dense 2' --sort -difference",
    "params-one-column": "params '8 > lstm 6' --columns layer,peephole,params,kernel",
    "explain-columns": "explain '8 > lstm 4' --columns layers,of,symbols,numbers,params",
    "explain-steps": "explain '8 > rnn 4' --step --columns layers,for,operation,shapes,gives",
    "cost-columns": "cost '8 > lstm 4' --columns layer,type,runs,gradients",
    "arguments-columns": "arguments --columns layer,argument,default",
    "inspect-columns": "inspect summed.pt --columns path,name,layers,directions,reason",
    "inspect-paths": "inspect projected.pt none.safetensors --tensors --columns path,tensor --sort path",
    "port-onnx": "port '8 > gru 4 reset_after' --from onnx --to cudnn",
    "solve-tokens": "solve 'vocab ? > embed 8 > lstm 4' --max-params 1k",
    "solve-dimensions": "solve 'vocab 10 > embed ? > lstm 4' --max-params 1k --max-macs 2k",
    "solve-projected": "solve '8 > lstm 4 proj=?' --max-params 100 -f pytorch",
    "solve-limit": "solve '8 > lstm ? proj=3' -f pytorch --max-params 10",
    "solve-equal": "solve '64 > lstm ?' --max-params 264 --max-macs 90 -f keras",
    "compare-two": "compare '8 > lstm 4 > dense 2' '8 > gru 4 > dense 2' -f keras",
    "compare-frameworks": "compare '8 > gru 4 > dense 2' -f keras,pytorch,onnx",
    "compare-16-letters": "compare one.toml of16letters.toml -f keras",
    "compare-17-letters": "compare one.toml of_17letters.toml -f keras",
    "compare-short": "compare one.toml two.toml --sort -params_1",
    "compare-frozen": "compare '8 > lstm 4 frozen > dense 2' '8 > lstm 4' -f keras --sort -params_1",
    "cost-stack": f"cost '{MODEL}' -f keras --batch 2 --steps 5 --optimizer adam --dtype bfloat16",
    "cost-last": "cost '8 > lstm 6 last > dense 2' -f keras --steps 7 --sort -macs",
    "cost-one": "cost '8 > lstm 6 coupled > dense 1' -f onnx --dtype int8 --sort -weights",
    "cost-int4": "cost 'vocab 30 > embed 8 > lstm 8 > dense 30 tied' -f pytorch --dtype int4 --per-channel --batch 1_000",
    "cost-image": "cost '3 > conv_lstm 4 kernel=3x3' -f keras --space 12x10 --steps 3 --flops 1T --bandwidth 50GB",
    "cost-training-adam": "cost '8 > gru 6 > dense 2' -f pytorch --steps 9 --optimizer adam --truncate 3 --dtype float16",
    "check-broken": "check '8 > lstm 6' '8 > gru 6' '8 > gruu 6' -f keras --max-params 400 --max-bytes 2kB --max-macs 310",
    "check-fits": "check '8 > lstm 6' -f keras --max-params 1k",
    "check-memory": "check '32 > lstm 64 > dense 2' -f tflite --dtype int8 --steps 100 --max-bytes 32KiB --max-ram 8kB",
    "params-crnn": (
        "params '32x64x1 > conv 64 kernel=3x3 padding=same > batchnorm > relu > pool 2x2 > conv 128 kernel=3x3 padding=same"
        " > batchnorm > relu > permute 2x1x3 > reshape 32x2048 > bilstm 128 x2 > dense 80 > softmax' -f keras"
    ),
    "check-one": "check '1 > rnn 1 nobias' --max-params 1 --max-macs 1",
    "solve-one": "solve '64 > lstm ? > dense 10' --max-params 1M -f keras",
    "solve-nothing": "solve '64 > lstm ?' --max-params 100 --max-macs 90 -f keras",
    "solve-sorted": "solve '8 > lstm 4 x?' --max-params 1k --max-macs 1k -f pytorch --sort -params",
    "solve-input": "solve '? > lstm 4' --max-params 1k",
    "solve-end": "solve '8 > lstm 4 proj=?' --max-params 1M -f pytorch",
    "sweep-options": "sweep '64 > lstm 128' --vary units=64,128 --vary bidirectional=false,true -f keras",
    "sweep-steps": "sweep '64 > lstm 128' --vary steps=1,10 --vary dtype=int8 --columns macs,step_ns --flops 1T --bandwidth 10GB",
    "sweep-none": "sweep '8 > lstm 4' --vary units=1,2 --where 'params < 1'",
    "port-plain": "port '8 > lstm 4 > dense 2' --from keras --to pytorch",
    "port-cnn": "port '9x4 > conv 3 k=2 > batch_norm > flatten > dense 2' --from keras --to pytorch",
    "port-back": "port '8 > lstm 4' --from pytorch --to keras --sort source",
    "port-plus": "port '8 > lstm 4' --from haiku --to keras",
    "port-minus": "port '8 > lstm 4' --from keras --to haiku",
    "port-unused": "port '8 > bilstm 4 nobias' --from paddle --to keras",
    "port-fused": "port '8 > gru 4' --from pytorch --to flax-linen",
    "port-conv": "port '3 > conv_lstm 2 kernel=3x2' --from keras --to haiku",
    "port-axes": "port '3 > conv_lstm 2 kernel=3x2' --from keras --to textbook",
    "port-settings": "port '3 > gru 2 > gru 2' --from haiku --to keras",
    "forecast-plain": f"{FORECAST}",
    "forecast-columns": f"{FORECAST} --columns layer,type,output",
    "forecast-one": "forecast --features 1 --window 1 --units 1 --length 2 --strategy many-to-many",
    "forecast-many": f"{FORECAST} --horizon 3 --strategy many-to-many --targets 5 --length 1_000",
    "forecast-recursive": f"{FORECAST} --horizon 3 --strategy recursive --targets 4",
    "forecast-recursive-two": f"{FORECAST} --horizon 2_000 --strategy recursive --targets 3 --length 5_000 --sort -params",
    "forecast-several": f"{FORECAST} --horizon 3 --targets 2 --length 1_000 --stride 10 --all -f keras",
    "diagram-cell": "diagram '8 > lstm 6 coupled > dense 2' -f onnx",
    "diagram-gru": "diagram 'vocab 30 > embed 8 > bigru 4 x2' -f pytorch --layer gru_1",
    "report-budget": "report '8 > lstm 6 > dense 2' -f keras --max-params 300 --max-macs 300",
    "report-fits": "report '8 > lstm 6' -f keras --max-params 1k",
    "frameworks-textbook": "frameworks textbook",
    "frameworks-keras": "frameworks keras",
    "frameworks-pytorch": "frameworks pytorch",
    "frameworks-cudnn": "frameworks cudnn",
    "frameworks-onnx": "frameworks onnx",
    "frameworks-tensorflow1": "frameworks tensorflow1",
    "schema": "schema",
    "inspect-stack": "inspect stack.safetensors",
    "inspect-tensors": "inspect stack.safetensors --tensors",
    "inspect-projected": "inspect projected.pt --tensors --sort -tensor_params",
    "inspect-peephole": "inspect peephole.npz",
    "inspect-several": "inspect stack.safetensors none.safetensors ambiguous.npz shared.pt projected.pt",
    "inspect-several-tensors": "inspect projected.pt none.safetensors --tensors",
    "inspect-summed": "inspect summed.pt",
    "inspect-odd": "inspect odd.pt",
    "inspect-none": "inspect none.safetensors",
    "inspect-same": "inspect --same shared.pt summed.pt",
    "inspect-not-same": "inspect --same stack.safetensors projected.pt",
}
MODEL_FILE = 'input_dim = 8\n\n[[layers]]\ntype = "lstm"\nunits = {units}\n\n[[layers]]\ntype = "dense"\nunits = 2\n'
EXIT = {
    "check": 1,
    "check-memory": 1,
    "check-broken": 2,
    "solve-nothing": 1,
    "inspect-odd": 1,
    "inspect-not-same": 1,
    "solve-limit": 1,
    "solve-equal": 1,
    "solve-projected": 1,
    "inspect-same": 1,
    "check-one": 1,
}

STDERR = {
    "check-broken": "error: 'gruu' is not a layer; did you mean 'gru'?\n  8 > gruu 6\n      ^^^^\n",
}

GATES = {"weight_ih_l0": (36, 6), "weight_hh_l0": (36, 9), "bias_ih_l0": (36,), "bias_hh_l0": (36,)}
PROJECTED = GATES | {"weight_hh_l0": (36, 4), "weight_hr_l0": (4, 9)}
STACK = {
    f"lstm.{name}_l{depth}{direction}": shape
    for depth, width in ((0, 6), (1, 18))
    for direction in ("", "_reverse")
    for name, shape in (("weight_ih", (36, width)), ("weight_hh", (36, 9)), ("bias_ih", (36,)), ("bias_hh", (36,)))
}
BESIDE = {"fc.weight": (2, 18), "fc.bias": (2,), "bn.weight": (5,), "bn.bias": (5,), "bn.running_mean": (5,)}
PEEPHOLE = {"kernel": (15, 36), "bias": (36,), "w_f_diag": (9,), "w_i_diag": (9,), "w_o_diag": (9,)}


def _shared() -> bytes:
    value = {f"{path}.{name}": handmade.torch_tensor(name, shape) for path in ("enc", "dec") for name, shape in GATES.items()}
    return handmade.torch_zip(value, dict.fromkeys(GATES, 4 * 400))


FILES = {
    "one.toml": MODEL_FILE.format(units=4).encode(),
    **{name: MODEL_FILE.format(units=5).encode() for name in ("two.toml", "of16letters.toml", "of_17letters.toml")},
    "stack.safetensors": safetensors(STACK | BESIDE | {"optimizer.state.0.exp_avg": (144, 6)}),
    "none.safetensors": safetensors({"fc.weight": (4, 3), "fc.bias": (4,)}),
    "projected.pt": state_dict({f"rnn.{name}": shape for name, shape in PROJECTED.items()}),
    "peephole.npz": npz({f"rnn/lstm_cell/{name}": shape for name, shape in PEEPHOLE.items()}),
    "ambiguous.npz": npz({"0": (4, 12), "1": (3, 12), "2": (12,)}),
    "shared.pt": _shared(),
    "summed.pt": state_dict({name: shape for name, shape in GATES.items() if name != "bias_hh_l0"}),
    "odd.pt": state_dict({f"lstm.{name}": shape for name, shape in (GATES | {"weight_hh_l0": (36, 5)}).items()}),
}
"""The files that the calls read, by name."""
