"""Typical models of Keras that read images, videos and signals through convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.typical_parts import both, chain, coin, head, kind, recurrent, sequential, some, steps, width

if TYPE_CHECKING:
    import random


@kind
def crnn(k: Any, r: random.Random) -> Any:
    high, long = r.choice([16, 32]), r.choice([32, 48, 64])
    x = start = k.Input((high, long, some(r, 1, 3)), name="image")
    for _ in range(2):
        x = k.layers.Conv2D(r.choice([4, 8]), (3, 3), padding="same", activation="relu", kernel_initializer="he_normal")(x)
        x = k.layers.BatchNormalization()(x) if r.random() < 0.5 else x
        x = k.layers.MaxPooling2D((2, 2))(x)
    x = k.layers.Permute((2, 1, 3))(x)
    x = k.layers.Reshape((long // 4, some(r, -1, x.shape[2] * x.shape[3])))(x)
    x = chain(x, k.layers.Dense(width(r), activation="relu"), both(k, r, every=True), both(k, r, every=True))
    return k.Model(start, k.layers.Dense(r.randint(10, 40), activation="softmax", name="characters")(x))


@kind
def video_convlstm(k: Any, r: random.Random) -> Any:
    padding, first = some(r, "same", "valid"), some(r, "channels_last", "channels_last", "channels_first")
    options = {"padding": padding, "data_format": first}
    shape = (some(r, None, 6), 14, 12, 2) if first == "channels_last" else (6, 2, 14, 12)
    axis = -1 if first == "channels_last" else 2
    layers = [
        k.layers.ConvLSTM2D(r.randint(2, 6), (3, 3), return_sequences=True, **options),
        k.layers.BatchNormalization(axis=axis),
        k.layers.ConvLSTM2D(r.randint(2, 6), 3, return_sequences=coin(r), strides=some(r, 1, 2), **options),
    ]
    if layers[-1].return_sequences:
        layers.append(k.layers.Conv3D(1, (3, 3, 3), padding="same", activation="sigmoid", data_format=first))
    else:
        layers += [k.layers.Flatten(), *head(k, r)]
    return sequential(k, r, shape, layers)


@kind
def video_frames(k: Any, r: random.Random) -> Any:
    over = k.layers.TimeDistributed
    shape = (some(r, None, 8), 16, 16, 3)
    if r.random() < 0.5:
        first = [k.Input(shape[1:])] if r.random() < 0.5 else []
        inner = [*first, k.layers.Conv2D(4, 3, activation="relu"), k.layers.MaxPooling2D(), k.layers.BatchNormalization()]
        cnn = k.Sequential([*inner, k.layers.Flatten()], name=some(r, None, "cnn"))
        layers = [over(cnn)]
    else:
        layers = [over(k.layers.Conv2D(width(r), (3, 3), strides=2, activation="relu")), over(k.layers.MaxPooling2D(2))]
        layers.append(over(some(r, k.layers.Flatten(), k.layers.GlobalAveragePooling2D())))
    return sequential(k, r, shape, [*layers, recurrent(k, r), *head(k, r)])


@kind
def textcnn_2d(k: Any, r: random.Random) -> Any:
    length, size, filters = steps(r, 10), width(r), width(r)
    x = k.Input((length,))
    image = k.layers.Reshape((length, size, 1))(k.layers.Embedding(r.randint(50, 200), size)(x))
    pooled = []
    for window in (3, 4, 5):
        conv = k.layers.Conv2D(filters, (window, size), padding="valid", activation="relu")(image)
        pooled.append(k.layers.MaxPool2D((length - window + 1, 1), strides=(1, 1), padding="valid")(conv))
    return k.Model(x, chain(k.layers.Concatenate(axis=1)(pooled), k.layers.Flatten(), *head(k, r)))


@kind
def depthwise_separable(k: Any, r: random.Random) -> Any:
    if r.random() < 0.5:
        layers = [
            k.layers.SeparableConv1D(width(r), 3, padding="same", depth_multiplier=some(r, 1, 2), use_bias=coin(r)),
            k.layers.BatchNormalization(),
            k.layers.Activation("relu"),
            k.layers.DepthwiseConv1D(3, strides=some(r, 1, 2), padding="same"),
            recurrent(k, r),
        ]
        return sequential(k, r, (steps(r), r.randint(2, 6)), layers + head(k, r))
    layers = [
        k.layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False),
        k.layers.ReLU(max_value=6),
        k.layers.DepthwiseConv2D((3, 3), depth_multiplier=some(r, 1, 2), padding="same", use_bias=False),
        k.layers.PReLU(shared_axes=some(r, [1, 2], None)),
        k.layers.SeparableConv2D(8, 3, activation="relu"),
        k.layers.Conv2D(8, 1, groups=some(r, 1, 2, 4)),
        k.layers.GlobalAveragePooling2D(keepdims=coin(r)),
        k.layers.Flatten(),
    ]
    return sequential(k, r, (some(r, 16, 20), 18, some(r, 1, 3)), layers + head(k, r))


@kind
def volumes(k: Any, r: random.Random) -> Any:
    layers = [
        k.layers.Conv3D(r.randint(2, 6), (3, 3, 3), activation="relu", padding="same"),
        k.layers.MaxPooling3D(pool_size=(1, 2, 2)),
        k.layers.SpatialDropout3D(0.1),
        k.layers.Conv3D(r.randint(2, 6), 3, strides=(1, 2, 2), padding="same"),
        some(r, k.layers.LeakyReLU(), k.layers.ELU(), k.layers.Activation("relu")),
    ]
    length = some(r, 4, 6)
    end = [k.layers.Reshape((length, -1)), recurrent(k, r)] if r.random() < 0.5 else [k.layers.GlobalAveragePooling3D()]
    return sequential(k, r, (length, 8, 8, some(r, 1, 3)), [*layers, *end, *head(k, r)])


@kind
def upsampling(k: Any, r: random.Random) -> Any:
    if r.random() < 0.5:
        x = k.Input((r.choice([16, 24]), r.randint(1, 4)))
        y = chain(x, k.layers.Conv1D(width(r), 3, padding="same"), k.layers.MaxPooling1D(2), recurrent(k, r, return_sequences=True))
        y = k.layers.UpSampling1D(2)(y) if r.random() < 0.5 else k.layers.Conv1DTranspose(width(r), 3, strides=2, padding="same")(y)
        return k.Model(x, k.layers.Conv1D(1, 3, padding="same")(k.layers.concatenate([y, x])))
    x = k.Input((16, 16, 1))
    skip = k.layers.Conv2D(r.randint(2, 8), 3, padding="same", activation="relu")(x)
    y = k.layers.Conv2D(r.randint(2, 8), 3, padding="same", activation="relu")(k.layers.MaxPooling2D(2)(skip))
    bilinear = k.layers.UpSampling2D((2, 2), interpolation="bilinear")
    y = some(r, bilinear, k.layers.Conv2DTranspose(4, 2, strides=2))(y)
    y = k.layers.Concatenate(axis=3)([skip, y])
    y = chain(y, k.layers.ZeroPadding2D(((1, 0), (2, 1))), k.layers.Cropping2D(((1, 0), (2, 1))))
    return k.Model(x, k.layers.Conv2D(1, 1, activation="sigmoid")(y), name="unet")


@kind
def dense_from_noise(k: Any, r: random.Random) -> Any:
    size = r.choice([3, 4, 7])
    layers = [
        k.layers.Dense(size * size * 8, use_bias=False),
        k.layers.BatchNormalization(),
        k.layers.LeakyReLU(0.2),
        k.layers.Reshape((size, size, 8)),
        k.layers.Conv2DTranspose(8, (5, 5), strides=(1, 1), padding="same", use_bias=False),
        k.layers.Conv2DTranspose(4, 4, strides=2, padding=some(r, "same", "valid")),
        k.layers.UpSampling2D(),
        k.layers.Conv2D(1, 3, padding="same", activation="tanh"),
    ]
    return sequential(k, r, (r.choice([10, 32]),), layers)


@kind
def classic_cnn(k: Any, r: random.Random) -> Any:
    first = some(r, "channels_last", "channels_last", "channels_first")
    shape, axis = ((20, 20, 3), -1) if first == "channels_last" else ((3, 20, 20), 1)
    layers: list[Any] = [k.layers.Rescaling(1.0 / 255)] if r.random() < 0.4 else []
    for _ in range(r.randint(1, 2)):
        size = r.choice([2, 3, (3, 1)])
        layers.append(k.layers.Conv2D(width(r), size, padding=some(r, "same", "valid"), data_format=first, activation="relu"))
        layers.append(k.layers.BatchNormalization(axis=axis))
        pool = some(r, k.layers.MaxPooling2D, k.layers.AveragePooling2D)
        layers.append(pool((2, 2), strides=some(r, None, 1, 2), data_format=first))
    layers += [k.layers.Dropout(0.25), some(r, k.layers.Flatten(), k.layers.GlobalMaxPooling2D(data_format=first))]
    return sequential(k, r, shape, layers + head(k, r))


@kind
def wavenet(k: Any, r: random.Random) -> Any:
    filters = r.choice([4, 8])
    x = start = k.Input((some(r, None, steps(r, 20)), 1))
    x, skips = k.layers.Conv1D(filters, 1)(x), []
    for power in range(r.randint(2, 4)):
        options = {"padding": "causal", "dilation_rate": 2**power}
        tanh = k.layers.Conv1D(filters, 2, activation="tanh", **options)(x)
        gate = k.layers.Conv1D(filters, 2, activation="sigmoid", **options)(x)
        both = k.layers.Conv1D(filters, 1)(k.layers.multiply([tanh, gate]))
        x = k.layers.add([x, both])
        skips.append(both)
    y = k.layers.Activation("relu")(k.layers.Add()(skips))
    return k.Model(start, k.layers.Conv1D(r.randint(1, 4), 1, name="out")(y))


@kind
def resnet(k: Any, r: random.Random) -> Any:
    x = start = k.Input((24, 24, 3))
    x = k.layers.Conv2D(8, 3, strides=2, padding="same")(x)
    for filters in r.sample([8, 12, 16], 2):
        y = chain(x, k.layers.Conv2D(filters, 3, padding="same", use_bias=False), k.layers.BatchNormalization(), k.layers.ReLU())
        y = k.layers.BatchNormalization(scale=False)(k.layers.Conv2D(filters, 3, padding="same", strides=2)(y))
        squeezed = chain(y, k.layers.GlobalAveragePooling2D(keepdims=True), k.layers.Dense(4, activation="relu"))
        y = y * k.layers.Dense(filters, activation="sigmoid")(squeezed)
        x = k.layers.Activation("relu")(k.layers.Add()([k.layers.Conv2D(filters, 1, strides=2)(x), y]))
    frozen = k.Model(start, x, name="backbone")
    frozen.trainable = coin(r)
    image = k.Input((24, 24, 3))
    return k.Model(image, chain(frozen(image, training=False), k.layers.Reshape((36, -1)), recurrent(k, r), *head(k, r)))
