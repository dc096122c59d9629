import tensorflow as tf
from tensorflow import keras
if tf.test.is_gpu_available():
    rnn = keras.layers.CuDNNGRU
else:
    import functools
    rnn = functools.partial(keras.layers.GRU, recurrent_activation='sigmoid')
vocab_size = 65
def build_model(vocab_size, embedding_dim, rnn_units, batch_size):
    model = tf.keras.Sequential([
        tf.keras.layers.Embedding(vocab_size, embedding_dim, batch_input_shape=[batch_size, None]),
        rnn(rnn_units, return_sequences=True, recurrent_initializer='glorot_uniform', stateful=True),
        tf.keras.layers.Dense(vocab_size)
    ])
    return model
model = build_model(vocab_size=vocab_size, embedding_dim=256, rnn_units=1024, batch_size=64)
