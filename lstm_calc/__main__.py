"""``python -m lstm_calc``."""

from lstm_calc.cli import app

app(prog_name="lstm-calc")
