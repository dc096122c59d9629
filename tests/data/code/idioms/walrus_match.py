import torch.nn as nn


def build(spec: dict) -> nn.Module:
    if (depth := spec.get("depth", 1)) > 4:
        raise ValueError("too deep")
    match spec["arch"]:
        case "lstm":
            core = nn.LSTM(spec["in"], 64, depth)
            width = 64
        case "bigru" | "gru2":
            core = nn.GRU(spec["in"], 32, depth, bidirectional=True)
            width = 2 * 32
        case _:
            raise NotImplementedError(spec["arch"])
    return nn.ModuleDict({"core": core, "head": nn.Linear(width, spec.get("out", 1))})
