import tensorflow as tf
from tensorflow.keras.layers import Layer, LSTM, Dense, Input
from tensorflow.keras.models import Model
class attention(Layer):
    def __init__(self, return_sequences=True):
        self.return_sequences = return_sequences
        super(attention, self).__init__()
    def build(self, input_shape):
        self.W = self.add_weight(name="att_weight", shape=(input_shape[-1], 1), initializer="normal")
        self.b = self.add_weight(name="att_bias", shape=(input_shape[1], 1), initializer="zeros")
        super(attention, self).build(input_shape)
    def call(self, x):
        e = tf.math.tanh(tf.matmul(x, self.W) + self.b)
        a = tf.nn.softmax(e, axis=1)
        output = x * a
        if self.return_sequences:
            return output
        return tf.reduce_sum(output, axis=1)
n_steps, n_feat = 30, 4
i = Input((n_steps, n_feat))
x = LSTM(32, return_sequences=True)(i)
x = attention(return_sequences=False)(x)
model = Model(i, Dense(1)(x))
