"""What each command does, in the order of the help: a sentence, what else there is to say, and an example.

They stand apart from the commands, so that a command can be listed and completed without importing it. They are no docstrings,
because ``python -OO`` drops those.
"""

DESCRIPTIONS = {
    "params": """
        Count the parameters of a model, gate by gate.

        Example: lstm-calc params --input 32 --units 32
    """,
    "summary": """
        Summarise a model in one row per layer: output shape, parameters, their share, and MACs per step.

        Example: lstm-calc summary '40 > bilstm 128 x2 > dropout 0.5 > dense 10' -f keras
    """,
    "tensors": """
        List the tensors of a model as a framework stores them; --gates: the rows of each gate; -f keras,pytorch: side by side.

        Example: lstm-calc tensors '32 > lstm 32' -f pytorch --gates
    """,
    "shapes": """
        Follow a batch through a model: the shape of every input, state and output.

        Example: lstm-calc shapes '32 > lstm 64 x2 > dense 10' -f pytorch --shape 8x64x32 --batch-first
    """,
    "explain": """
        Explain where the parameters come from: equations, gates, and the count in symbols and numbers.

        Example: lstm-calc explain --input 32 --units 32 --output 32
    """,
    "compare": """
        Compare models, frameworks or both, layer by layer, each with the first; -f keras,pytorch for several frameworks.

        Example: lstm-calc compare '64 > lstm 128' '64 > gru 151'
    """,
    "cost": """
        Count what a model costs to run or train: multiply-accumulates (-q: these alone), operations, bytes.

        Example: lstm-calc cost '32 > lstm 32' -f pytorch --batch 1 --steps 10
    """,
    "check": """
        Check models against a budget: exit 0 if all fit, 1 if one does not, 2 if one can't be read; -q counts those.

        The options override the budget of a model file.

        Example: lstm-calc check '32 > lstm 32' '32 > gru 64' --max-params 20k --max-bytes 256KiB
    """,
    "solve": """
        Find the largest size that fits a budget: the one marked ?, else the units of the recurrent layers; exit 1 if none fits.

        Example: lstm-calc solve '64 > lstm ?' --max-params 1M -f keras
    """,
    "sweep": """
        Count the variants of a model over a grid of sizes and options, one row each.

        Example: lstm-calc sweep '64 > lstm 128' --vary units=64,128,256 --vary framework=keras,pytorch
    """,
    "port": """
        Say which slice of which tensor goes where when weights move to another framework, and what happens to the biases.

        Example: lstm-calc port '32 > lstm 64' --from keras --to pytorch --code
    """,
    "code": """
        Write a model as code of pytorch, keras, flax-nnx or textbook (NumPy), with the parameter count in a comment.

        A layer that the framework lacks is refused by name. --oneliner writes one layer as a single call.

        Example: lstm-calc code '32 > lstm 64 x2 > dense 10' -f pytorch
    """,
    "inspect": """
        Find the recurrent layers in files of weights, by names and shapes alone, and compare their counts with ours.

        Nothing in a file is run and no weights are read. Exit 0 if every layer reconciles, 1 if one does not.

        Example: lstm-calc inspect model.safetensors
    """,
    "forecast": """
        Turn a forecasting question into a model: its arrays, layers, head and windows.

        Example: lstm-calc forecast --features 5 --targets 1 --window 64 --horizon 3 --units 32
    """,
    "diagram": """
        Draw a model with the shapes between its layers, and one step of one of its cells: Mermaid, or --format svg or html.

        Example: lstm-calc diagram '32 > lstm 64 > dense 10' -f keras --format svg
    """,
    "report": """
        Write one page for a design review: -o review.html or review.md; without a file, Markdown.

        Example: lstm-calc report '32 > lstm 64 > dense 10' -f keras --max-params 50k
    """,
    "arguments": """
        Show every argument of keras.layers.LSTM and torch.nn.LSTM, what it changes and its counterpart in the other.

        Example: lstm-calc arguments --format markdown
    """,
    "frameworks": """
        Show what each framework offers and how it stores it.

        Example: lstm-calc frameworks keras
    """,
    "verify": """
        Compare the tables with the framework installed here: exit 0 if they agree, 1 if not.

        Example: lstm-calc verify '8 > bilstm 16 x2 > dense 4' -f pytorch --gates
    """,
    "schema": """
        Print the JSON Schema of a JSON answer, or of the model file; without a name, list them.

        Example: lstm-calc schema model
    """,
}
"""The help of every command by its name."""

GROUPS = {
    **dict.fromkeys(("params", "summary", "tensors", "shapes", "explain", "cost", "diagram", "report"), "Count"),
    **dict.fromkeys(("compare", "check", "solve", "sweep", "forecast"), "Size and compare"),
    **dict.fromkeys(("port", "code", "inspect", "verify"), "Weights"),
    **dict.fromkeys(("arguments", "frameworks", "schema"), "Reference"),
}
"""The part of the help that each command stands in."""
