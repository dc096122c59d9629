"""Programs of PyTorch whose ``forward`` is followed: each with the input that it is run on, and what PyTorch 2.13 then gives.

``macs`` are those of FlopCounterMode for the batch; ``output`` is the shape.
An oracle test holds them against the torch that is installed.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.code_running import run

_HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n\n"


@dataclass(frozen=True)
class Program:
    """A module: the lines of its constructor and of its forward, and what is known of a run."""

    made: str
    forward: str
    reads: tuple[int, ...]
    macs: int
    output: tuple[int, ...]
    options: tuple[str, ...] = ()
    tokens: bool = False
    before: str = ""

    @property
    def text(self) -> str:
        """The program."""
        made = "".join(f"        {line}\n" for line in self.made.splitlines())
        forward = "".join(f"        {line}\n" for line in self.forward.splitlines())
        start = "    def __init__(self):\n        super().__init__()\n"
        return f"{_HEAD}{self.before}class Net(nn.Module):\n{start}{made}\n    def forward(self, x):\n{forward}"


_IMAGE = ("--space", "28x28")
_LENET = (
    "self.conv1 = nn.Conv2d(1, 8, 3)\nself.pool = nn.MaxPool2d(2)\nself.conv2 = nn.Conv2d(8, 16, 3)\nself.fc = nn.Linear(400, 10)"
)
_BLOCK = """class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x):
        if self.training:
            x = self.conv(self.conv(x))
        return F.relu(x + self.norm(self.conv(x)))


"""
PROGRAMS = {
    "pooling and a view": Program(
        _LENET,
        "x = self.pool(F.relu(self.conv1(x)))\nx = self.pool(F.relu(self.conv2(x)))\nx = x.view(x.size(0), -1)\nreturn self.fc(x)",
        (2, 1, 28, 28),
        384_128,
        (2, 10),
        _IMAGE,
    ),
    "a sequence of layers": Program(
        "self.net = nn.Sequential(nn.Conv2d(1, 4, 5, stride=2), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(144, 3))",
        "return self.net(x)",
        (2, 1, 28, 28),
        29_664,
        (2, 3),
        _IMAGE,
    ),
    "an image as a sequence": Program(
        "self.conv = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.1))\n"
        "self.gru = nn.GRU(4 * 14, 8, batch_first=True, bidirectional=True)\nself.fc = nn.Linear(16, 5)",
        "x = self.conv(x)\nb, c, f, t = x.shape\nx = x.permute(0, 3, 1, 2).reshape(b, t, c * f)\n"
        "out, _ = self.gru(x)\nreturn self.fc(out.mean(dim=1))",
        (2, 1, 28, 28),
        2 * (28 * 28 * 9 * 4 + 14 * 2 * 3 * 8 * (56 + 8) + 16 * 5),
        (2, 5),
        _IMAGE,
    ),
    "blocks in a loop": Program(
        "self.blocks = nn.ModuleList([Block(4) for _ in range(2)])\nself.stem = nn.Conv2d(1, 4, 1)\nself.head = nn.Linear(4, 5)",
        "x = self.stem(x)\nfor block in self.blocks:\n    x = F.max_pool2d(block(x), 2)\nreturn self.head(x.mean([2, 3]))",
        (2, 1, 28, 28),
        288_552,
        (2, 5),
        _IMAGE,
        before=_BLOCK,
    ),
    "adaptive pooling and squeeze": Program(
        "self.conv = nn.Conv2d(1, 6, 3, padding=1)\nself.head = nn.Linear(6, 2)",
        "x = F.adaptive_avg_pool2d(self.conv(x), (1, 1))\nreturn self.head(x.squeeze(-1).squeeze(-1))",
        (2, 1, 28, 28),
        84_696,
        (2, 2),
        _IMAGE,
    ),
    "the last step": Program(
        "self.rnn = nn.RNN(3, 6, batch_first=True)\nself.head = nn.Linear(6, 2)",
        "out, _ = self.rnn(x)\nreturn self.head(out[:, -1, :])",
        (2, 9, 3),
        996,
        (2, 2),
        ("--steps", "9"),
    ),
    "the last step, steps first": Program(
        "self.rnn = nn.GRU(3, 6)\nself.head = nn.Linear(6, 2)",
        "out, hidden = self.rnn(x)\nreturn self.head(out[-1])",
        (9, 2, 3),
        2_940,
        (2, 2),
        ("--steps", "9"),
    ),
    "the last state": Program(
        "self.rnn = nn.RNN(3, 6, num_layers=2, batch_first=True)\nself.head = nn.Linear(6, 2)",
        "_, h = self.rnn(x)\nreturn self.head(h[-1])",
        (2, 9, 3),
        2_292,
        (2, 2),
        ("--steps", "9"),
    ),
    "the states of both directions": Program(
        "self.table = nn.Embedding(20, 3)\nself.rnn = nn.GRU(3, 6, batch_first=True, bidirectional=True)\n"
        "self.head = nn.Linear(12, 2)",
        "_, h = self.rnn(self.table(x))\nreturn self.head(torch.cat((h[-2], h[-1]), dim=1))",
        (2, 9),
        5_880,
        (2, 2),
        ("--steps", "9"),
        tokens=True,
    ),
    "a convolution in front of a recurrent layer": Program(
        "self.conv = nn.Conv1d(3, 4, 3, stride=2)\nself.rnn = nn.RNN(4, 6, batch_first=True)\nself.head = nn.Linear(6, 2)",
        "x = self.conv(x).permute(0, 2, 1)\nout, _ = self.rnn(x)\nreturn self.head(out.mean(dim=1))",
        (2, 3, 9),
        792,
        (2, 2),
        ("--steps", "9"),
    ),
    "a residual and a gate": Program(
        "self.one = nn.Linear(4, 4)\nself.two = nn.Linear(8, 6)",
        "x = x + self.one(x)\na, b = self.two(torch.cat([x, x], dim=-1)).chunk(2, dim=-1)\nreturn a * torch.sigmoid(b)",
        (2, 4),
        128,
        (2, 3),
    ),
    "a layer that is used twice": Program(
        "self.one = nn.Linear(4, 4)\nself.two = nn.Linear(4, 1)",
        "return self.two(F.relu(self.one(F.relu(self.one(x)))))",
        (2, 4),
        72,
        (2, 1),
    ),
    "recurrent layers in both directions, and a flattened residual": Program(
        "self.one = nn.GRU(3, 4, batch_first=True, bidirectional=True)\nself.two = nn.RNN(8, 8, batch_first=True)\n"
        "self.head = nn.Linear(72, 2)",
        "x, _ = self.one(x)\nx = x + self.two(x)[0]\nreturn self.head(x.flatten(1))",
        (2, 9, 3),
        5_616,
        (2, 2),
        ("--steps", "9"),
    ),
    "the largest of each convolution": Program(
        "self.table = nn.Embedding(100, 8)\nself.convs = nn.ModuleList([nn.Conv2d(1, 4, (k, 8)) for k in (3, 4)])\n"
        "self.fc = nn.Linear(8, 2)",
        "x = self.table(x).unsqueeze(1)\nx = [F.relu(conv(x)).squeeze(3) for conv in self.convs]\n"
        "x = [F.max_pool1d(each, each.size(2)).squeeze(2) for each in x]\nreturn self.fc(torch.cat(x, 1))",
        (2, 20),
        7_840,
        (2, 2),
        ("--steps", "20"),
        tokens=True,
    ),
    "heads of an attention": Program(
        "self.q = nn.Linear(8, 8)\nself.k = nn.Linear(8, 8)\nself.v = nn.Linear(8, 8)\nself.o = nn.Linear(8, 8)",
        "b, t, d = x.shape\nq, k, v = (each(x).view(b, t, 2, 4).transpose(1, 2) for each in (self.q, self.k, self.v))\n"
        "a = torch.softmax(q @ k.transpose(-2, -1) / 4**0.5, dim=-1)\n"
        "return self.o((a @ v).transpose(1, 2).contiguous().view(b, t, d))",
        (2, 9, 8),
        7_200,
        (2, 9, 8),
        ("--steps", "9"),
    ),
    "causal convolutions": Program(
        "self.one = nn.Conv1d(3, 4, 3, padding=2)\nself.two = nn.Conv1d(3, 4, 1)\nself.head = nn.Linear(4, 2)",
        "y = self.one(x)[:, :, :-2].contiguous() + self.two(x)\nreturn self.head(y[:, :, -1])",
        (2, 3, 20),
        2_080,
        (2, 2),
        ("--steps", "20"),
    ),
    "attention without weights": Program(
        "self.rnn = nn.RNN(3, 6, batch_first=True)\nself.head = nn.Linear(6, 2)",
        "out, _ = self.rnn(x)\nscores = F.softmax(torch.bmm(out, out.transpose(1, 2)), dim=-1)\n"
        "return self.head(torch.bmm(scores, out))",
        (2, 9, 3),
        3_132,
        (2, 9, 2),
        ("--steps", "9"),
    ),
    "two tensors as one, with a new axis": Program(
        "self.one = nn.Linear(4, 3)\nself.two = nn.Linear(4, 3)\nself.head = nn.Linear(3, 2)",
        "return self.head(torch.stack([self.one(x), self.two(x)], dim=1).sum(1))",
        (2, 4),
        60,
        (2, 2),
    ),
    "parts of a sequence": Program(
        "self.head = nn.Linear(3, 2)",
        "a, b = x.chunk(2, dim=1)\nreturn self.head(a + b)",
        (2, 8, 3),
        48,
        (2, 4, 2),
        ("--steps", "8"),
    ),
    "a padded convolution and its slopes": Program(
        "self.pad = nn.ZeroPad2d(1)\nself.conv = nn.Conv2d(1, 3, 3)\nself.act = nn.PReLU(3)\nself.fc = nn.Linear(3, 2)",
        "x = self.act(self.conv(self.pad(x)))\nreturn self.fc(x.mean((2, 3)))",
        (2, 1, 28, 28),
        42_348,
        (2, 2),
        _IMAGE,
    ),
    "positions as a sequence": Program(
        "self.conv = nn.Conv2d(1, 4, 3)\nself.head = nn.Linear(4, 2)",
        "x = self.conv(x).flatten(2).transpose(1, 2)\nreturn self.head(x)",
        (2, 1, 28, 28),
        59_488,
        (2, 676, 2),
        _IMAGE,
    ),
    "the state without its axis": Program(
        "self.rnn = nn.GRU(3, 6, batch_first=True)\nself.head = nn.Linear(6, 2)",
        "_, h = self.rnn(x)\nreturn self.head(h.squeeze(0))",
        (2, 9, 3),
        2_940,
        (2, 2),
        ("--steps", "9"),
    ),
    "attributes of tensors": Program(
        "self.one = nn.Linear(4, 4)\nself.head = nn.Linear(4, 2)",
        "if x.ndim == 2:\n    x = self.one(x.data).to(x.device)\nreturn self.head(x.view(x.size(0), 4))",
        (2, 4),
        48,
        (2, 2),
    ),
}
"""Programs by what they show."""

UNKNOWN = {
    "pooling that rounds up": "return self.fc(self.conv2(F.max_pool2d(self.conv1(x), 2, ceil_mode=True)).flatten(1))",
    "a condition": "if x.sum() > 0:\n    x = self.conv1(x)\nreturn self.fc(self.conv2(x).flatten(1))",
    "a function that is not known": "return self.fc(torch.fft.fft(self.conv2(self.conv1(x))).flatten(1))",
    "layers that are not called": "return self.conv1(x)",
    "no end": "while True:\n    x = self.conv1(x)\nreturn x",
    "recursion": "return self.forward(self.conv1(x))",
}
"""What ``forward`` of a module with two convolutions does that cannot be followed."""


def unknown(forward: str) -> str:
    """Return the program of a module with two convolutions."""
    return Program(_LENET, forward, (), 0, ()).text


def ran(program: Program) -> tuple[int, tuple[int, ...]]:
    """Return the multiply-accumulates and the shape of the output of a program that PyTorch runs."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    module = run(program.text)["Net"]().eval()
    given = torch.zeros(program.reads, dtype=torch.long if program.tokens else torch.float)
    with FlopCounterMode(display=False) as counter:
        output = module(given)
    return counter.get_total_flops() // 2, tuple(output.shape)
