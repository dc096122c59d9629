"""Copy what the tests need of the recorded reference data.

python tests/data/trim.py REFERENCE_FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
FRAMEWORKS = (
    *("keras", "pytorch", "onnx", "cudnn", "flax_linen", "flax_nnx", "haiku", "equinox", "mlx", "openvino", "paddle"),
    *("tensorflow1", "tflite"),
)
KEPT = ("id", "cell", "class", "config", "total", "trainable_total", "shapes")


def trimmed(case: dict) -> dict:
    """Return a case with its tensors as (name, shape, trainable)."""
    tensors = [(t.get("cell_name") or t["name"], t["shape"], t["trainable"]) for t in case["tensors"]]
    return {key: case[key] for key in KEPT if key in case} | {"tensors": tensors}


if __name__ == "__main__":
    reference = Path(sys.argv[1])
    for name in FRAMEWORKS:
        data = json.loads((reference / f"{name}.json").read_text())
        lines = ",\n".join(json.dumps(trimmed(case), separators=(",", ":")) for case in data["cases"])
        head = json.dumps({key: data[key] for key in ("framework", "version", "recorded")})
        (HERE / "recorded" / f"{name}.json").write_text(f'{head[:-1]}, "cases": [\n{lines}\n]}}\n')
    published = json.loads((reference / "published.json").read_text())
    (HERE / "published.json").write_text("[\n" + ",\n".join(map(json.dumps, published)) + "\n]\n")
