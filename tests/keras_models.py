"""Models of the kinds that people build with Keras, with random sizes; one function per kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import layers, ops

if TYPE_CHECKING:
    import random
    from collections.abc import Callable


def size(rng: random.Random) -> int:
    return rng.randint(1, 9)


def recurrent(rng: random.Random, **options: Any) -> Any:
    kind = rng.choice([layers.LSTM, layers.GRU, layers.SimpleRNN])
    return kind(size(rng), use_bias=rng.random() < 0.8, **options)


def two_ways(rng: random.Random, layer: Any) -> Any:
    return layers.Bidirectional(layer, merge_mode=rng.choice(["concat", "sum", "mul", "ave"])) if rng.random() < 0.5 else layer


def norm(rng: random.Random) -> Any:
    kinds = [layers.BatchNormalization, layers.LayerNormalization]
    return rng.choice(kinds)(center=rng.random() < 0.8, scale=rng.random() < 0.8)


def cnn_lstm(rng: random.Random) -> Any:
    conv = layers.Conv1D(size(rng), rng.randint(1, 4), padding=rng.choice(["same", "valid", "causal"]), strides=rng.randint(1, 2))
    pool = layers.MaxPooling1D(2, padding=rng.choice(["same", "valid"]))
    return keras.Sequential(
        [keras.Input((rng.choice([20, 33]), size(rng))), conv, pool, layers.Dropout(0.1), recurrent(rng), layers.Dense(size(rng))]
    )


def batch_norm_stack(rng: random.Random) -> Any:
    found = [keras.Input((rng.choice([None, 12]), size(rng)))]
    for _ in range(rng.randint(1, 3)):
        found += [two_ways(rng, recurrent(rng, return_sequences=True)), norm(rng), layers.Activation("relu")]
    return keras.Sequential([*found, recurrent(rng), norm(rng), layers.Dense(3, activation="softmax")])


def tagger(rng: random.Random) -> Any:
    table = layers.Embedding(rng.randint(5, 40), size(rng), mask_zero=rng.random() < 0.5)
    head = layers.TimeDistributed(layers.Dense(size(rng))) if rng.random() < 0.5 else layers.Dense(size(rng))
    x = keras.Input((rng.choice([None, 12]),))
    y = layers.Bidirectional(recurrent(rng, return_sequences=True))(layers.SpatialDropout1D(0.1)(table(x)))
    return keras.Model(x, head(y))


def captioning(rng: random.Random) -> Any:
    width, image, words = size(rng), keras.Input((rng.randint(5, 30),)), keras.Input((rng.randint(3, 9),))
    one = layers.Dense(width, activation="relu")(layers.Dropout(0.5)(image))
    two = layers.LSTM(width)(layers.Dropout(0.5)(layers.Embedding(50, size(rng), mask_zero=True)(words)))
    both = rng.choice([layers.Add(), layers.Multiply(), layers.Concatenate(), layers.Average(), layers.Maximum()])([one, two])
    return keras.Model([image, words], layers.Dense(50, activation="softmax")(layers.Dense(width)(both)))


def siamese(rng: random.Random) -> Any:
    table, shared = layers.Embedding(30, size(rng)), two_ways(rng, recurrent(rng))
    one, two = keras.Input((9,)), keras.Input((9,))
    left, right = shared(table(one)), shared(table(two))
    joined = rng.choice(
        [
            lambda: layers.Dot(axes=-1, normalize=True)([left, right]),
            lambda: layers.Subtract()([left, right]),
            lambda: ops.abs(left - right),
            lambda: layers.Concatenate()([left, right, left * right]),
        ]
    )()
    return keras.Model([one, two], layers.Dense(1, activation="sigmoid")(joined))


def siamese_of_models(rng: random.Random) -> Any:
    inner_in = keras.Input((8, 3))
    inner = keras.Model(inner_in, layers.Dense(size(rng))(recurrent(rng)(inner_in)), name="encoder")
    if rng.random() < 0.5:
        inner = keras.Sequential([keras.Input((8, 3)), recurrent(rng), layers.Dense(4)], name="encoder")
    one, two = keras.Input((8, 3)), keras.Input((8, 3))
    return keras.Model([one, two], layers.Dense(1)(layers.Concatenate()([inner(one), inner(two)])))


def residual(rng: random.Random) -> Any:
    width = size(rng)
    x = keras.Input((rng.choice([None, 11]), width))
    y = x
    for _ in range(rng.randint(1, 3)):
        inner = layers.LSTM(width, return_sequences=True)(y)
        y = layers.Add()([y, inner]) if rng.random() < 0.5 else y + inner
        y = norm(rng)(y)
    return keras.Model(x, layers.Dense(2)(layers.GlobalAveragePooling1D()(y)))


def additive_attention(rng: random.Random) -> Any:
    x = keras.Input((10, size(rng)))
    y = layers.Bidirectional(layers.LSTM(size(rng), return_sequences=True))(x)
    kind = rng.choice([layers.Attention, layers.AdditiveAttention])
    z = kind(use_scale=rng.random() < 0.5)([y, y])
    return keras.Model(x, layers.Dense(size(rng))(layers.GlobalMaxPooling1D()(layers.Concatenate()([y, z]))))


def dense_attention(rng: random.Random) -> Any:
    x = keras.Input((10, size(rng)))
    y = layers.LSTM(4, return_sequences=True)(x)
    scores = layers.Activation("softmax")(layers.Flatten()(layers.Dense(1, activation="tanh")(y)))
    weights = layers.Permute([2, 1])(layers.RepeatVector(4)(scores))
    return keras.Model(x, layers.Dense(2)(ops.sum(layers.Multiply()([y, weights]), axis=1)))


def transformer_block(rng: random.Random) -> Any:
    width = size(rng)
    x = keras.Input((rng.choice([None, 12]), width))
    attention = layers.MultiHeadAttention(
        rng.randint(1, 4), size(rng), value_dim=rng.choice([None, 5]), use_bias=rng.random() < 0.7, output_shape=None
    )
    y = layers.LayerNormalization()(layers.Add()([x, attention(x, x)]))
    z = layers.Dense(width)(layers.Dropout(0.1)(layers.Dense(size(rng), activation="gelu")(y)))
    return keras.Model(x, layers.Dense(2)(recurrent(rng)(layers.LayerNormalization()(layers.Add()([y, z])))))


def cross_attention(rng: random.Random) -> Any:
    one, two = keras.Input((7, size(rng))), keras.Input((None, size(rng)))
    attention = layers.MultiHeadAttention(2, size(rng), output_shape=rng.choice([None, 6]))
    y = attention(query=one, value=layers.GRU(5, return_sequences=True)(two))
    return keras.Model([one, two], layers.TimeDistributed(layers.Dense(3))(y))


def crnn(rng: random.Random) -> Any:
    x = keras.Input((32, 16, 1))
    y = layers.Conv2D(size(rng), (3, 3), padding="same", activation="relu")(x)
    y = layers.MaxPooling2D((2, 2))(layers.BatchNormalization()(y))
    y = layers.Conv2D(4, 3, padding="same", strides=rng.randint(1, 2), use_bias=False)(y)
    y = layers.Dense(size(rng))(layers.Reshape((-1, 4 * y.shape[2]))(y))
    return keras.Model(x, layers.Dense(11, activation="softmax")(two_ways(rng, recurrent(rng, return_sequences=True))(y)))


def video(rng: random.Random) -> Any:
    conv = rng.choice([layers.Conv2D, layers.SeparableConv2D, layers.Conv2DTranspose])(size(rng), 3, strides=rng.randint(1, 2))
    return keras.Sequential(
        [
            keras.Input((5, 12, 12, 3)),
            layers.TimeDistributed(conv),
            layers.TimeDistributed(layers.BatchNormalization()),
            layers.TimeDistributed(layers.MaxPooling2D(2)),
            layers.TimeDistributed(rng.choice([layers.Flatten, layers.GlobalAveragePooling2D])()),
            recurrent(rng),
            layers.Dense(4),
        ]
    )


def video_of_models(rng: random.Random) -> Any:
    frame = keras.Sequential([keras.Input((12, 12, 3)), layers.Conv2D(size(rng), 3), layers.GlobalMaxPooling2D()], name="frame")
    x = keras.Input((None, 12, 12, 3))
    return keras.Model(x, layers.Dense(2)(recurrent(rng)(layers.TimeDistributed(frame)(x))))


def conv_lstm(rng: random.Random) -> Any:
    x = keras.Input((5, 10, 10, size(rng)))
    y = layers.BatchNormalization()(layers.ConvLSTM2D(size(rng), 3, padding="same", return_sequences=True)(x))
    return keras.Model(x, layers.Conv3D(1, 3, padding="same", activation="sigmoid")(y))


def encoder_decoder(rng: random.Random) -> Any:
    width, kind = size(rng), rng.choice([layers.LSTM, layers.GRU])
    one, two = keras.Input((None, size(rng))), keras.Input((None, size(rng)))
    _, *states = kind(width, return_state=True)(one)
    y, *_ = kind(width, return_sequences=True, return_state=True)(two, initial_state=states)
    return keras.Model([one, two], layers.Dense(7, activation="softmax")(y))


def encoder_decoder_two_ways(rng: random.Random) -> Any:
    one, two = keras.Input((9,)), keras.Input((None,))
    table = layers.Embedding(20, size(rng))
    every, fh, fc, bh, bc = layers.Bidirectional(layers.LSTM(3, return_state=True, return_sequences=True))(table(one))
    states = [layers.Concatenate()([fh, bh]), layers.Concatenate()([fc, bc])]
    y = layers.LSTM(6, return_sequences=True)(table(two), initial_state=states)
    context = layers.Attention()([y, every])
    return keras.Model([one, two], layers.TimeDistributed(layers.Dense(20))(layers.Concatenate(axis=-1)([y, context])))


def decoder_of_states(rng: random.Random) -> Any:
    width = size(rng)
    x, h, c = keras.Input((None, size(rng))), keras.Input((width,)), keras.Input((width,))
    y, new_h, new_c = layers.LSTM(width, return_sequences=True, return_state=True)(x, initial_state=[h, c])
    return keras.Model([x, h, c], [layers.Dense(4)(y), new_h, new_c])


def two_inputs(rng: random.Random) -> Any:
    one, two = keras.Input((rng.choice([None, 8]), size(rng))), keras.Input((size(rng),))
    y = layers.Concatenate()([recurrent(rng)(one), layers.Dense(size(rng))(two)])
    return keras.Model([one, two], layers.Dense(1)(norm(rng)(y)))


def two_outputs(rng: random.Random) -> Any:
    x = keras.Input((rng.choice([None, 8]), size(rng)))
    y = recurrent(rng, return_sequences=True)(x)
    return keras.Model(x, [layers.Dense(2, name="every")(y), layers.Dense(3, name="last")(recurrent(rng)(y))])


def parallel_convolutions(rng: random.Random) -> Any:
    x = keras.Input((20,))
    y = layers.Embedding(30, 6)(x)
    towers = [layers.GlobalMaxPooling1D()(layers.Conv1D(size(rng), width)(y)) for width in (2, 3, 4)]
    return keras.Model(x, layers.Dense(1)(layers.Dropout(0.5)(layers.concatenate([*towers, recurrent(rng)(y)]))))


def autoencoder(rng: random.Random) -> Any:
    steps, width = rng.randint(2, 9), size(rng)
    return keras.Sequential(
        [
            keras.Input((steps, width)),
            recurrent(rng, return_sequences=True),
            recurrent(rng),
            layers.RepeatVector(steps),
            recurrent(rng, return_sequences=True),
            layers.TimeDistributed(layers.Dense(width)),
        ]
    )


def convolutional_autoencoder(rng: random.Random) -> Any:
    return keras.Sequential(
        [
            keras.Input((16, 3)),
            layers.Conv1D(size(rng), 3, strides=2, padding="same"),
            layers.PReLU(shared_axes=rng.choice([None, [1]])),
            recurrent(rng, return_sequences=True),
            layers.UpSampling1D(2),
            layers.Conv1DTranspose(3, rng.randint(1, 4), strides=rng.randint(1, 3), padding=rng.choice(["same", "valid"])),
        ]
    )


def stacked_cells(rng: random.Random) -> Any:
    cells = [rng.choice([layers.LSTMCell, layers.GRUCell, layers.SimpleRNNCell])(size(rng)) for _ in range(rng.randint(1, 3))]
    return keras.Sequential([keras.Input((None, 4)), layers.RNN(cells, return_sequences=True), layers.Dense(size(rng))])


def two_directions(rng: random.Random) -> Any:
    forward, backward = layers.LSTM(4, return_sequences=True), layers.GRU(4, return_sequences=True, go_backwards=True)
    both = layers.Bidirectional(forward, backward_layer=backward, merge_mode=rng.choice(["concat", "sum", None]))
    x = keras.Input((6, 3))
    y = both(x)
    return keras.Model(x, layers.Dense(2)(y) if not isinstance(y, (list, tuple)) else layers.Dense(2)(layers.concatenate(y)))


def sliced(rng: random.Random) -> Any:
    x = keras.Input((12, 6))
    y = recurrent(rng, return_sequences=True)(x)
    last = rng.choice([lambda: y[:, -1], lambda: y[:, 2:5, :], lambda: ops.mean(y, axis=1), lambda: ops.expand_dims(y[:, 0], 1)])()
    return keras.Model(x, layers.Dense(3)(layers.Flatten()(last)))


def inception(rng: random.Random) -> Any:
    x = keras.Input((24, 4))
    y = x
    for _ in range(rng.randint(1, 2)):
        narrow = layers.Conv1D(size(rng), 1, use_bias=False)(y)
        towers = [layers.Conv1D(3, width, padding="same", groups=1)(narrow) for width in (9, 5, 3)]
        towers.append(layers.Conv1D(3, 1, padding="same")(layers.MaxPooling1D(3, strides=1, padding="same")(y)))
        y = layers.Activation("relu")(layers.BatchNormalization()(layers.Concatenate(axis=2)(towers)))
    gate = layers.Dense(12, activation="sigmoid")(layers.GlobalAveragePooling1D()(y))
    y = layers.multiply([y, layers.Reshape((1, 12))(gate)])
    z = layers.LSTM(4)(layers.Permute((2, 1))(x))
    return keras.Model(x, layers.Dense(3)(layers.concatenate([layers.GlobalAveragePooling1D()(y), z])))


def frozen_table(rng: random.Random) -> Any:
    table = layers.Embedding(30, size(rng), trainable=False)
    inner = keras.Sequential([keras.Input((7,)), table, recurrent(rng)])
    inner.trainable = rng.random() < 0.5
    return keras.Sequential([keras.Input((7,)), inner, layers.Dense(2)])


def normalised(rng: random.Random) -> Any:
    return keras.Sequential(
        [
            keras.Input((12, 8)),
            layers.GroupNormalization(groups=rng.choice([1, 2, 4])),
            layers.LSTM(8, return_sequences=True),
            layers.RMSNormalization(),
            layers.LayerNormalization(axis=rng.choice([-1, [1, 2]])),
            layers.DepthwiseConv1D(3, depth_multiplier=rng.randint(1, 3)),
            layers.EinsumDense("abc,cd->abd", output_shape=(None, 5), bias_axes=rng.choice([None, "d"])),
        ]
    )


KINDS: dict[str, Callable[[random.Random], Any]] = {
    make.__name__: make
    for make in (
        *(cnn_lstm, batch_norm_stack, tagger, captioning, siamese, siamese_of_models, residual, additive_attention),
        *(dense_attention, transformer_block, cross_attention, crnn, video, video_of_models, conv_lstm, encoder_decoder),
        *(encoder_decoder_two_ways, decoder_of_states, two_inputs, two_outputs, parallel_convolutions, autoencoder),
        *(convolutional_autoencoder, stacked_cells, two_directions, sliced, inception, frozen_table, normalised),
    )
}
