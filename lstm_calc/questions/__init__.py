"""One module per question: a model (and a framework) in, a frozen answer out.

They stand in a package of their own because the public functions bear their names: ``lstm_calc.params`` is the function.
"""
