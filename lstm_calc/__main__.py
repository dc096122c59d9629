"""``python -m lstm_calc``."""

from lstm_calc.cli import app

if __name__ == "__main__":
    app(prog_name="lstm-calc")
