"""Start-up beside the least that Typer (and Rich) take: pairs of runs, in passes over all cases, medians, and the median ratio.

What slows the machine for a minute is so in a few pairs of every case, not in all pairs of one.

    python tests/benchmarks/startup.py [RUNS] [WORD ...]          exit 1 above a bar; with words, only the cases that have one

Run it with the Python of an environment in which lstm-calc is installed, not in editable mode: an installed package is compiled.
The floor of an answer is the twelve-line program of its kind, which prints one number or one table; that of a help page is the
floor program's own, and that of a completion what the floor program completes. ``verify`` is left out: its time is a framework's.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
PROGRAM = str(Path(sys.executable).parent / "lstm-calc")
SIZES = "--input 32 --units 32"
STACK = "64 > lstm 128 > dense 10"
CALLS = {
    "params": f"params {SIZES}",
    "params MODEL": f"params '{STACK}' -f keras",
    "tensors": "tensors '8 > lstm 32' -f pytorch",
    "shapes": f"shapes '{STACK}' -f keras --batch 8 --steps 20",
    "explain": f"explain {SIZES}",
    "compare": "compare '64 > lstm 128' '64 > gru 151'",
    "cost": "cost '32 > lstm 32' -f pytorch --batch 1 --steps 10",
    "check": "check '32 > lstm 32' '32 > gru 64' --max-params 20k --max-bytes 256KiB",
    "solve": "solve '64 > lstm ?' --max-params 1M -f keras",
    "sweep": "sweep '64 > lstm 128' --vary units=64,128,256 --vary framework=keras,pytorch",
    "forecast": "forecast --features 5 --window 64 --horizon 3 --units 32",
    "arguments": "arguments",
    "frameworks": "frameworks",
    "frameworks NAME": "frameworks keras",
    "schema": "schema",
    "inspect": f"inspect {shlex.quote(str(HERE.parent / 'data' / 'checkpoints' / 'bilstm.pt'))}",
    "port": "port '32 > lstm 64' --from keras --to pytorch",
}
"""A natural call of every command that answers in a table and in JSON."""
TABLE, NUMBER = f"floor_table.py {SIZES}", f"floor_number.py {SIZES}"
CASES = (
    {f"{name} -q": (NUMBER, f"{CALLS[name]} -q") for name in ("params", "params MODEL", "cost", "solve", "forecast")}
    | {name: (TABLE, call) for name, call in CALLS.items()}
    | {f"{name} --format json": (NUMBER, f"{call} --format json") for name, call in CALLS.items()}
    | {"diagram": (NUMBER, f"diagram '{STACK}'"), "report": (NUMBER, f"report '{STACK}' -f keras --max-params 1M")}
    | {"schema NAME": (NUMBER, "schema params"), "port --code": (NUMBER, f"{CALLS['port']} --code")}
    | {"--help": ("floor_number.py --help", "--help"), "params --help": ("floor_number.py --help", "params --help")}
)
"""For each case: the floor program's arguments, and ours."""
BARS = {"params -q": 1.15, "params": 1.15, "params --format json": 1.2} | dict.fromkeys(
    ("report", "inspect", "inspect --format json"), 1.4
)
"""The ratios that are the bars of some cases."""
BAR = 1.25
"""The bar of all others, and of help and completions."""
COMPLETIONS = {"<TAB>": '""', "par<TAB>": "par", "params --bi<TAB>": "params --bi", "params -f ke<TAB>": "params -f ke"}
"""For each case: the words that are completed."""
FLOOR_OF_COMPLETIONS = "--un"


Case = tuple[list[str], list[str], float]
"""The command that is ours, the floor's, and the bar."""
Pair = tuple[float, float]
"""The seconds that ours took, and right after it the floor."""


def measured(chosen: dict[str, Case], runs: int) -> dict[str, list[Pair]]:
    """Return the pairs of each case, taken in passes over all of them, after one that warms the caches."""
    passes = [{name: (wall(ours), wall(theirs)) for name, (ours, theirs, _) in chosen.items()} for _ in range(runs + 1)]
    return {name: [taken[name] for taken in passes[1:]] for name in chosen}


def wall(command: list[str]) -> float:
    """Return the seconds that one run takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def cases() -> dict[str, Case]:
    """Return for each case the command that is ours, the floor's, and the bar."""
    answers = {
        name: ([PROGRAM, *shlex.split(ours)], floor(*shlex.split(theirs)), bar(name)) for name, (theirs, ours) in CASES.items()
    }
    theirs = completion(floor("floor_number.py"), FLOOR_OF_COMPLETIONS)
    return answers | {name: (completion([PROGRAM], words), theirs, BAR) for name, words in COMPLETIONS.items()}


def bar(name: str) -> float:
    """Return the ratio that is the bar of a case."""
    return BARS.get(name, BAR)


def floor(program: str, *arguments: str) -> list[str]:
    """Return the command of a floor program."""
    return [sys.executable, str(HERE / program), *arguments]


def completion(command: list[str], words: str) -> list[str]:
    """Return a command with the environment in which bash asks it to complete the last of some words."""
    name = Path(command[-1]).name
    variable = f"_{name.replace('-', '_').upper()}_COMPLETE"
    return ["env", f"{variable}=complete_bash", f"COMP_WORDS={name} {words}", f"COMP_CWORD={len(words.split())}", *command]


def main(runs: int, words: list[str]) -> str:
    """Print the ratios; return the names of the cases above their bar."""
    chosen = {name: case for name, case in cases().items() if not words or set(words) & set(name.split())}
    print(f"{'case':32} {'ours ms':>8} {'floor ms':>9} {'ratio':>6} {'bar':>5}   (medians of {runs} pairs)")
    above = []
    for name, pairs in measured(chosen, runs).items():
        mine, least = (1e3 * median(side) for side in zip(*pairs, strict=True))
        ratio, most = median(ours / theirs for ours, theirs in pairs), chosen[name][2]
        print(f"{name:32} {mine:8.1f} {least:9.1f} {ratio:6.3f} {most:5.2f}{'  above' * (ratio > most)}", flush=True)
        above += [name] * (ratio > most)
    return ", ".join(above)


if __name__ == "__main__":
    above_bars = main(int(sys.argv[1]) if len(sys.argv) > 1 else 30, sys.argv[2:])
    sys.exit(f"above the bar: {above_bars}" if above_bars else 0)
