"""The equations of :mod:`lstm_calc.model.cells`: parsed once, and read by one visitor for each use.

``parse`` turns an expression into nodes, refuses anything that it does not know, and has the visitor that walks the nodes; each
other module is one visitor. ``op_counts`` counts operations, ``saved`` finds what a backward pass needs, ``text`` writes formulas,
``equivalence`` says when two cells compute the same function, and ``numpy_reference`` computes the values and alone needs NumPy.
"""
