"""Functions of NumPy that programs of the textbooks' equations have where they need them, as text."""

HELPERS = {
    "sigmoid": """\
def sigmoid(x):
    return 1 / (1 + np.exp(-x))""",
    "softmax": """\
def softmax(x):
    exp = np.exp(x - x.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)""",
    "normalized": """\
def normalized(x, axes):
    return (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + 1e-5)""",
    "rescaled": """\
def rescaled(x, axes):
    return x / np.sqrt((x**2).mean(axis=axes, keepdims=True) + 1e-6)""",
    "run": """\
def run(step, w, x, states, reverse=False):
    outputs = []
    for x_t in (x[:, ::-1] if reverse else x).swapaxes(0, 1):
        states = step(w, x_t, *states)
        outputs.append(states[0])
    return np.stack(outputs[::-1] if reverse else outputs, axis=1), states""",
    "convolved": """\
def convolved(x, kernel, strides=None, dilations=None):
    dims = kernel.ndim - 2
    strides, dilations = strides or (1,) * dims, dilations or (1,) * dims
    reach = [1 + dilation * (size - 1) for size, dilation in zip(kernel.shape[2:], dilations)]
    windows = np.lib.stride_tricks.sliding_window_view(x, reach, axis=tuple(range(1, dims + 1)))
    windows = windows[(slice(None), *(slice(None, None, stride) for stride in strides))]
    windows = windows[(..., *(slice(None, None, dilation) for dilation in dilations))]
    return np.tensordot(windows, kernel, axes=(range(dims + 1, 2 * dims + 2), range(1, dims + 2)))""",
    "pooled": """\
def pooled(x, window, strides, function):
    dims = len(window)
    windows = np.lib.stride_tricks.sliding_window_view(x, window, axis=tuple(range(1, dims + 1)))
    windows = windows[(slice(None), *(slice(None, None, stride) for stride in strides))]
    return function(windows, axis=tuple(range(-dims, 0)))""",
    "attended": """\
def attended(w, query, value, key, heads):
    def projected(x, name):
        y = x @ w[f"W_{name}"].T + w.get(f"b_{name}", 0)
        return y.reshape(len(y), -1, heads, y.shape[-1] // heads).swapaxes(1, 2)

    q, k, v = projected(query, "query"), projected(key, "key"), projected(value, "value")
    y = softmax(q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])) @ v
    y = y.swapaxes(1, 2).reshape(len(y), query.shape[1], -1)
    return y @ w["W_output"].T + w.get("b_output", 0)""",
}
"""The functions by name."""
