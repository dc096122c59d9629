"""The equations of :mod:`lstm_calc.cells`: parsed once, and read by one visitor for each use.

``parse`` turns an expression into nodes and refuses anything that it does not know, so no visitor can meet it. ``visitor`` walks
the nodes and says what a subclass has to answer: ``op_counts`` counts operations, ``saved`` finds what a backward pass needs,
``text`` writes formulas, ``equivalence`` says when two cells compute the same function, ``reads`` says what a value is computed
from, and ``numpy_reference`` computes the values; it is the only one that needs NumPy.
"""
