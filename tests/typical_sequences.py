"""Typical models of Keras that read words and series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.typical_parts import both, chain, coin, head, kind, recurrent, sequential, some, steps, width

if TYPE_CHECKING:
    import random
    from collections.abc import Callable


@kind
def stacked(k: Any, r: random.Random) -> Any:
    depth = r.randint(1, 4)
    layers: list[Any] = []
    for at in range(depth):
        layers.append(recurrent(k, r, return_sequences=at < depth - 1))
        if r.random() < 0.4:
            layers.append(k.layers.Dropout(0.2))
    return sequential(k, r, (some(r, None, steps(r)), r.randint(1, 9)), layers + head(k, r))


@kind
def sentiment(k: Any, r: random.Random) -> Any:
    masks = {"mask_zero": True} if r.random() < 0.5 else {}
    layers = [k.layers.Embedding(r.randint(50, 500), width(r), **masks)]
    if r.random() < 0.5:
        layers.append(k.layers.SpatialDropout1D(0.2))
    last = both(k, r, every=False) if r.random() < 0.5 else recurrent(k, r)
    return sequential(k, r, (some(r, None, steps(r)),), [*layers, last, *head(k, r)], dtype=some(r, "int32", "float32"))


@kind
def cnn_lstm(k: Any, r: random.Random) -> Any:
    padding = some(r, "same", "valid", "causal")
    layers = [k.layers.Conv1D(width(r), r.choice([1, 3, 5]), padding=padding, activation="relu", strides=some(r, 1, 1, 2))]
    if r.random() < 0.5:
        layers.append(k.layers.BatchNormalization())
    layers.append(some(r, k.layers.MaxPooling1D(2), k.layers.AveragePooling1D(pool_size=3, strides=2, padding="same")))
    if r.random() < 0.4:
        layers += [k.layers.Conv1D(width(r), 2, dilation_rate=2, use_bias=False, padding="same"), k.layers.ReLU()]
    end = [recurrent(k, r)] if r.random() < 0.6 else [recurrent(k, r, return_sequences=True), k.layers.Flatten()]
    return sequential(k, r, (r.randint(20, 40), r.randint(1, 6)), [*layers, *end, *head(k, r)])


@kind
def normalised(k: Any, r: random.Random) -> Any:
    layers: list[Any] = []
    depth = r.randint(2, 3)
    for at in range(depth):
        layers.append(both(k, r, every=at < depth - 1) if r.random() < 0.4 else recurrent(k, r, return_sequences=at < depth - 1))
        norms = [
            k.layers.BatchNormalization(**some(r, {}, {"scale": False}, {"center": False}, {"momentum": 0.9})),
            k.layers.LayerNormalization(**some(r, {}, {"epsilon": 1e-3}, {"center": False}, {"scale": False})),
            k.layers.GroupNormalization(groups=some(r, 1, -1)),
            k.layers.RMSNormalization(),
            k.layers.UnitNormalization(),
        ]
        layers.append(r.choice(norms[:4]) if r.random() < 0.9 else norms[4])
    return sequential(k, r, (steps(r), width(r)), layers + head(k, r))


@kind
def tagger(k: Any, r: random.Random) -> Any:
    words = k.layers.Embedding(r.randint(50, 300), width(r), mask_zero=coin(r), trainable=coin(r))
    classes = k.layers.Dense(r.randint(3, 20), activation="softmax")
    end = k.layers.TimeDistributed(classes) if r.random() < 0.6 else classes
    return sequential(k, r, (some(r, None, steps(r)),), [words, both(k, r, every=True), k.layers.Dropout(0.3), end])


@kind
def captioning(k: Any, r: random.Random) -> Any:
    units, vocab = width(r), r.randint(50, 200)
    photo, words = k.Input((r.randint(10, 60),), name="photo"), k.Input((steps(r),), name="words")
    picture = chain(photo, k.layers.Dropout(0.5), k.layers.Dense(units, activation="relu"))
    text = chain(words, k.layers.Embedding(vocab, width(r), mask_zero=True), k.layers.Dropout(0.5), k.layers.LSTM(units))
    joined = k.layers.add([picture, text]) if r.random() < 0.5 else k.layers.Concatenate()([picture, text])
    answer = chain(joined, k.layers.Dense(units, activation="relu"), k.layers.Dense(vocab, activation="softmax"))
    return k.Model(inputs=[photo, words], outputs=answer)


@kind
def siamese(k: Any, r: random.Random) -> Any:
    length, unit = steps(r), width(r)
    left, right = k.Input((length,), name="left"), k.Input((length,), name="right")
    if r.random() < 0.5:
        table, layer = k.layers.Embedding(r.randint(40, 90), width(r)), recurrent(k, r, unit)
        one, other = layer(table(left)), layer(table(right))
    else:
        tower = k.Sequential(
            [k.layers.Embedding(r.randint(40, 90), width(r)), both(k, r, every=False)], name=some(r, None, "tower")
        )
        one, other = tower(left), tower(right)
    way = some(r, "dot", "subtract", "concat", "ops")
    if way == "dot":
        return k.Model([left, right], k.layers.Dot(axes=1, normalize=True)([one, other]))
    if way == "ops":
        return k.Model([left, right], k.ops.exp(-k.ops.sum(k.ops.abs(one - other), axis=1, keepdims=True)))
    joined = (k.layers.Subtract() if way == "subtract" else k.layers.Concatenate())([one, other])
    return k.Model([left, right], chain(joined, *head(k, r)))


@kind
def residual(k: Any, r: random.Random) -> Any:
    units = width(r)
    x = start = k.Input((some(r, None, steps(r)), width(r)))
    x = k.layers.Dense(units)(x)
    for _ in range(r.randint(1, 3)):
        y = recurrent(k, r, units, return_sequences=True)(x)
        x = k.layers.Add()([x, y]) if r.random() < 0.5 else x + y
        if r.random() < 0.5:
            x = k.layers.LayerNormalization()(x)
    x = k.layers.GlobalAveragePooling1D()(x)
    return k.Model(start, chain(x, *head(k, r)), name=some(r, None, "residual_rnn"))


@kind
def attention(k: Any, r: random.Random) -> Any:
    x = k.Input((steps(r), width(r)))
    states = both(k, r, every=True)(x)
    way = some(r, "luong", "bahdanau", "scores", "weights")
    if way == "scores":
        scores = chain(states, k.layers.Dense(1, activation="tanh"), k.layers.Flatten(), k.layers.Activation("softmax"))
        scores = chain(scores, k.layers.RepeatVector(states.shape[-1]), k.layers.Permute([2, 1]))
        context = k.ops.sum(k.layers.multiply([states, scores]), axis=1)
    elif way == "weights":
        scores = k.layers.Softmax(axis=1)(k.layers.Dense(1)(k.layers.Dense(width(r), activation="tanh")(states)))
        context = k.layers.Flatten()(k.layers.Dot(axes=1)([scores, states]))
    else:
        made = k.layers.Attention(use_scale=coin(r)) if way == "luong" else k.layers.AdditiveAttention()
        context = k.layers.GlobalMaxPooling1D()(k.layers.Concatenate()([states, made([states, states])]))
    return k.Model(x, chain(context, *head(k, r)))


@kind
def seq2seq(k: Any, r: random.Random) -> Any:
    units, fields = width(r), coin(r)
    source, target = k.Input((None,), name="source"), k.Input((None,), name="target")
    read = k.layers.Embedding(r.randint(30, 90), width(r))(source)
    write = k.layers.Embedding(r.randint(30, 90), width(r), mask_zero=fields)(target)
    which = some(r, "lstm", "gru", "both")
    if which == "gru":
        steps, state = k.layers.GRU(units, return_sequences=True, return_state=True)(read)
        decoder, states = k.layers.GRU(units, return_sequences=True), [state]
    elif which == "lstm":
        steps, *states = k.layers.LSTM(units, return_sequences=True, return_state=True)(read)
        decoder = k.layers.LSTM(units, return_sequences=True, return_state=coin(r))
    else:
        encoder = k.layers.Bidirectional(k.layers.LSTM(units, return_sequences=True, return_state=True))
        steps, one, c_one, other, c_other = encoder(read)
        states = [k.layers.Concatenate()([one, other]), k.layers.Concatenate()([c_one, c_other])]
        decoder = k.layers.LSTM(2 * units, return_sequences=True)
    decoded = decoder(write, initial_state=states)
    decoded = decoded[0] if isinstance(decoded, (list, tuple)) else decoded
    if r.random() < 0.4:
        decoded = k.layers.Concatenate()([decoded, k.layers.Attention()([decoded, steps])])
    return k.Model([source, target], k.layers.Dense(r.randint(30, 90), activation="softmax")(decoded))


@kind
def two_inputs(k: Any, r: random.Random) -> Any:
    series, facts = k.Input((steps(r), r.randint(1, 8)), name="series"), k.Input((r.randint(1, 9),), name="facts")
    one = recurrent(k, r)(series)
    other = k.layers.Dense(width(r), activation="relu")(facts)
    if r.random() < 0.3:
        label = k.Input((1,), dtype="int32")
        flat = k.layers.Flatten()(k.layers.Embedding(r.randint(5, 20), 3)(label))
        return k.Model([series, facts, label], chain(k.layers.concatenate([one, other, flat]), *head(k, r)))
    inputs = {"series": series, "facts": facts} if r.random() < 0.3 else [series, facts]
    return k.Model(inputs, chain(k.layers.concatenate([one, other]), *head(k, r)))


@kind
def two_outputs(k: Any, r: random.Random) -> Any:
    x = k.Input((some(r, None, steps(r)), width(r)))
    every = recurrent(k, r, return_sequences=True)(x)
    last = recurrent(k, r)(every)
    one = k.layers.Dense(r.randint(2, 9), name="label")(last)
    other = k.layers.TimeDistributed(k.layers.Dense(1), name="curve")(every)
    return k.Model(x, {"label": one, "curve": other} if r.random() < 0.3 else [one, other])


@kind
def parallel_convolutions(k: Any, r: random.Random) -> Any:
    x = k.Input((some(r, steps(r, 10), None),), dtype="int32")
    words = k.layers.Embedding(r.randint(50, 200), width(r))(x)
    filters = width(r)
    towers = []
    for size in r.sample([2, 3, 4, 5], 3):
        tower = k.layers.Conv1D(filters, size, activation="relu", padding=some(r, "same", "valid"))(words)
        towers.append(k.layers.GlobalMaxPooling1D()(tower))
    return k.Model(x, chain(k.layers.Concatenate(axis=some(r, -1, 1))(towers), k.layers.Dropout(0.5), *head(k, r)))


@kind
def autoencoder(k: Any, r: random.Random) -> Any:
    length, features = steps(r), r.randint(1, 6)
    x = k.Input((length, features))
    down = [recurrent(k, r, return_sequences=True), recurrent(k, r, some(r, 2, 4, 8))]
    up = [k.layers.RepeatVector(length), recurrent(k, r, return_sequences=True), k.layers.TimeDistributed(k.layers.Dense(features))]
    if r.random() < 0.5:
        return k.Model(x, chain(x, *down, *up))
    encoder = k.Model(x, chain(x, *down), name="encoder")
    code = k.Input(encoder.output.shape[1:])
    decoder = k.Model(code, chain(code, *up), name="decoder")
    return k.Model(x, decoder(encoder(x)), name=some(r, None, "autoencoder"))


@kind
def stateful(k: Any, r: random.Random) -> Any:
    batch, length = r.randint(1, 8), some(r, 1, steps(r))
    layers = [
        recurrent(k, r, stateful=True, return_sequences=True),
        recurrent(k, r, stateful=True),
        k.layers.Dense(r.randint(1, 5)),
    ]
    shape = (batch, length, r.randint(1, 5))
    if r.random() < 0.5:
        return k.Sequential([k.Input(batch_shape=shape), *layers])
    x = k.Input(shape[1:], batch_size=batch)
    return k.Model(x, chain(x, *layers))


@kind
def masking(k: Any, r: random.Random) -> Any:
    layers = [k.layers.Masking(mask_value=some(r, 0.0, -1.0)), recurrent(k, r, return_sequences=True, go_backwards=coin(r))]
    layers += [recurrent(k, r, unroll=False), *head(k, r)]
    return sequential(k, r, (steps(r), r.randint(1, 7)), layers)


@kind
def both_directions(k: Any, r: random.Random) -> Any:
    merge = some(r, "concat", "sum", "mul", "ave", None)
    x = k.Input((some(r, None, steps(r)), width(r)))
    units = width(r)
    if r.random() < 0.3:
        ahead, back = k.layers.LSTM(units, return_sequences=True), k.layers.LSTM(units, return_sequences=True, go_backwards=True)
        y = k.layers.Bidirectional(ahead, backward_layer=back, merge_mode=merge)(x)
    else:
        y = both(k, r, every=True, merge=merge)(x)
    if merge is None:
        y = k.layers.Multiply()(y) if r.random() < 0.5 else k.layers.Average()(y)
    return k.Model(x, chain(y, both(k, r, every=False, merge=some(r, "concat", "sum")), *head(k, r)))


@kind
def cells(k: Any, r: random.Random) -> Any:
    made = [getattr(k.layers, some(r, "LSTMCell", "GRUCell", "SimpleRNNCell"))(width(r)) for _ in range(r.randint(1, 3))]
    cell = some(r, made, k.layers.StackedRNNCells(made), made[0])
    x = k.Input((steps(r), r.randint(1, 9)))
    if r.random() < 0.3:
        y, *_ = k.layers.RNN(cell, return_state=True)(x)
        return k.Model(x, chain(y, *head(k, r)))
    if r.random() < 0.3:
        return k.Model(x, chain(x, k.layers.Bidirectional(k.layers.RNN(made[0], return_sequences=True)), *head(k, r)))
    return k.Model(x, chain(x, k.layers.RNN(cell), *head(k, r)))


@kind
def nested(k: Any, r: random.Random) -> Any:
    inner = k.Input((steps(r), width(r)))
    block = k.Model(
        inner, chain(inner, recurrent(k, r, return_sequences=True), k.layers.LayerNormalization()), name=some(r, None, "block")
    )
    pooled = k.Sequential([k.layers.GlobalMaxPooling1D(), k.layers.Dense(width(r))], name=some(r, None, "pooler"))
    if r.random() < 0.3:
        block.trainable = False
    if r.random() < 0.4:
        return k.Sequential([block, pooled, *head(k, r)])
    x = k.Input(inner.shape[1:])
    return k.Model(x, chain(x, block, pooled, *head(k, r)))


@kind
def shared_layers(k: Any, r: random.Random) -> Any:
    table, layer, out = k.layers.Embedding(r.randint(40, 200), width(r)), recurrent(k, r), k.layers.Dense(r.randint(2, 6))
    title, body = k.Input((None,), name="title"), k.Input((steps(r),), name="body")
    one, other = layer(table(title)), layer(table(body))
    if r.random() < 0.5:
        return k.Model([title, body], [out(one), out(other)])
    return k.Model([title, body], out(k.layers.Maximum()([one, other])))


@kind
def transformer(k: Any, r: random.Random) -> Any:
    size, heads = r.choice([8, 16, 32]), r.choice([1, 2, 4])
    x = start = k.Input((some(r, None, steps(r)), size))
    x = recurrent(k, r, size, return_sequences=True)(x) if r.random() < 0.5 else x
    for _ in range(r.randint(1, 2)):
        values = {"value_dim": width(r)} if r.random() < 0.3 else {}
        attended = k.layers.MultiHeadAttention(heads, size // heads, dropout=0.1, use_bias=coin(r), **values)
        y = attended(x, x, use_causal_mask=True) if r.random() < 0.3 else attended(x, x)
        x = k.layers.LayerNormalization(epsilon=1e-6)(x + k.layers.Dropout(0.1)(y))
        feed = chain(x, k.layers.Dense(width(r), activation="gelu"), k.layers.Dense(size))
        x = k.layers.LayerNormalization(epsilon=1e-6)(k.layers.Add()([x, feed]))
    return k.Model(start, chain(x, k.layers.GlobalAveragePooling1D(), *head(k, r)))


@kind
def arithmetic(k: Any, r: random.Random) -> Any:
    units = width(r)
    x = k.Input((steps(r), width(r)))
    y = recurrent(k, r, units, return_sequences=True)(x)
    gate = k.layers.Dense(units, activation="sigmoid")(y)
    y = some(r, gate * y + (1 - gate) * 0.5, y / 2.0 - gate, (y * gate) ** 2, 2 * y + gate)
    last = some(r, y[:, -1], y[:, -1, :], y[:, 0, :], y[:, ::2, :][:, 1])
    return k.Model(x, chain(last, *head(k, r)))


@kind
def operations(k: Any, r: random.Random) -> Any:
    ops, units = k.ops, 2 * width(r)
    x = k.Input((steps(r), width(r)))
    y = recurrent(k, r, units, return_sequences=True)(x)
    one, other = ops.split(y, 2, axis=-1)
    ways: list[Callable[[], Any]] = [
        lambda: ops.concatenate([ops.mean(one, axis=1), ops.max(other, axis=1)], axis=-1),
        lambda: ops.squeeze(ops.expand_dims(ops.sum(ops.relu(one) * ops.tanh(other), axis=1), 1), 1),
        lambda: ops.mean(ops.matmul(ops.softmax(ops.matmul(one, ops.transpose(other, (0, 2, 1)))), other), axis=1),
        lambda: ops.reshape(ops.stack([one[:, -1], other[:, 0]], axis=1), (-1, units)),
        lambda: ops.mean(ops.where(one > 0, one, other), axis=1),
        lambda: ops.einsum("bti,btj->bij", one, other)[:, 0],
        lambda: ops.maximum(one, other)[:, -1] + ops.sigmoid(ops.cast(one[:, 0], "float32")),
        lambda: ops.sqrt(ops.sum(ops.square(one - other), axis=1) + 1e-6),
    ]
    return k.Model(x, chain(r.choice(ways)(), *head(k, r)))


@kind
def forecaster(k: Any, r: random.Random) -> Any:
    horizon, features = r.randint(2, 8), r.randint(1, 4)
    last = recurrent(k, r, return_sequences=False)
    layers = [last, k.layers.Dense(horizon * features), k.layers.Reshape([horizon, features])]
    start = some(r, [], [k.layers.GaussianNoise(0.1)], [k.layers.ZeroPadding1D((1, 2))], [k.layers.Cropping1D(1)])
    return sequential(k, r, (steps(r), features), [*start, *layers])
