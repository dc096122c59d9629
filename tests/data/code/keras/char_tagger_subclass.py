import tensorflow as tf
from tensorflow.keras.layers import Embedding, Bidirectional, LSTM, Dense, Dropout, Conv1D, GlobalMaxPooling1D, TimeDistributed, Concatenate


class CharEncoder(tf.keras.layers.Layer):
    def __init__(self, n_chars, dim=30, filters=30, **kwargs):
        super().__init__(**kwargs)
        self.emb = Embedding(n_chars, dim)
        self.conv = Conv1D(filters, 3, padding="same", activation="relu")
        self.pool = GlobalMaxPooling1D()

    def call(self, x):
        return self.pool(self.conv(self.emb(x)))


class Tagger(tf.keras.Model):
    def __init__(self, n_words, n_chars, n_tags, units=100):
        super().__init__(name="tagger")
        self.word_emb = Embedding(n_words, 100, mask_zero=True)
        self.char_enc = TimeDistributed(CharEncoder(n_chars))
        self.concat = Concatenate()
        self.drop = Dropout(0.5)
        self.bilstm = Bidirectional(LSTM(units, return_sequences=True, recurrent_dropout=0.25))
        self.out = Dense(n_tags)

    def call(self, inputs, training=False):
        words, chars = inputs
        x = self.concat([self.word_emb(words), self.char_enc(chars)])
        x = self.drop(x, training=training)
        return self.out(self.bilstm(x))


model = Tagger(n_words=20000, n_chars=86, n_tags=9)
