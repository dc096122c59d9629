import tensorflow as tf
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Conv1D, Dropout, Activation, add, SpatialDropout1D, Lambda, Dense, LayerNormalization

def residual_block(x, dilation_rate, nb_filters, kernel_size, padding='causal', dropout_rate=0.0):
    prev_x = x
    for k in range(2):
        x = Conv1D(filters=nb_filters, kernel_size=kernel_size, dilation_rate=dilation_rate, padding=padding)(x)
        x = LayerNormalization()(x)
        x = Activation('relu')(x)
        x = SpatialDropout1D(rate=dropout_rate)(inputs=x)
    # 1x1 conv to match the shapes (channel dimension).
    prev_x = Conv1D(nb_filters, 1, padding='same')(prev_x) if prev_x.shape[-1] != nb_filters else prev_x
    res_x = add([prev_x, x])
    return res_x, x

class TCN:
    def __init__(self, nb_filters=64, kernel_size=2, nb_stacks=1, dilations=None, use_skip_connections=True, return_sequences=False):
        self.return_sequences = return_sequences
        self.use_skip_connections = use_skip_connections
        self.dilations = dilations or [1, 2, 4, 8, 16, 32]
        self.nb_stacks = nb_stacks
        self.kernel_size = kernel_size
        self.nb_filters = nb_filters

    def __call__(self, inputs):
        x = inputs
        skip_connections = []
        for s in range(self.nb_stacks):
            for d in self.dilations:
                x, skip_out = residual_block(x, dilation_rate=d, nb_filters=self.nb_filters, kernel_size=self.kernel_size)
                skip_connections.append(skip_out)
        if self.use_skip_connections:
            x = add(skip_connections)
        if not self.return_sequences:
            x = Lambda(lambda tt: tt[:, -1, :])(x)
        return x

i = Input(shape=(120, 9))
o = TCN(nb_filters=24, kernel_size=3, dilations=[2 ** d for d in range(5)])(i)
o = Dense(1)(o)
m = Model(inputs=[i], outputs=[o])
