import tensorflow as tf
from tensorflow.keras import layers, models

flags = tf.compat.v1.flags if hasattr(tf, 'compat') else None
NUM_CLASSES = 10
VOCAB = 5000

def build_model(num_units=128, keep=0.5):
    inp = layers.Input(shape=(None,), dtype='int32')
    net = layers.Embedding(VOCAB, 64, mask_zero=True)(inp)
    cells = [layers.LSTMCell(num_units) for _ in range(2)]
    net = layers.RNN(cells, return_sequences=False)(net)
    net = layers.Dropout(1 - keep)(net)
    logits = layers.Dense(NUM_CLASSES)(net)
    return models.Model(inputs=inp, outputs=logits)

model = build_model()
