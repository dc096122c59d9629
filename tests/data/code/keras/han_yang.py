import numpy as np
from tensorflow.keras import backend as K
from tensorflow.keras import initializers
from tensorflow.keras.layers import Layer, Input, Embedding, Bidirectional, GRU, TimeDistributed, Dense, Dropout
from tensorflow.keras.models import Model

MAX_WORDS, MAX_SENTS, VOCAB, DIM, CLASSES = 40, 12, 9000, 100, 5

class AttentionWithContext(Layer):
    def __init__(self, bias=True, **kwargs):
        self.init = initializers.get('glorot_uniform')
        self.bias = bias
        super(AttentionWithContext, self).__init__(**kwargs)

    def build(self, input_shape):
        self.W = self.add_weight(shape=(input_shape[-1], input_shape[-1],), initializer=self.init, name='{}_W'.format(self.name))
        if self.bias:
            self.b = self.add_weight(shape=(input_shape[-1],), initializer='zero', name='{}_b'.format(self.name))
        self.u = self.add_weight(shape=(input_shape[-1],), initializer=self.init, name='{}_u'.format(self.name))
        super(AttentionWithContext, self).build(input_shape)

    def compute_mask(self, input, input_mask=None):
        return None

    def call(self, x, mask=None):
        uit = K.dot(x, self.W)
        if self.bias:
            uit += self.b
        uit = K.tanh(uit)
        ait = K.squeeze(K.dot(uit, K.expand_dims(self.u)), axis=-1)
        a = K.exp(ait)
        if mask is not None:
            a *= K.cast(mask, K.floatx())
        a /= K.cast(K.sum(a, axis=1, keepdims=True) + K.epsilon(), K.floatx())
        a = K.expand_dims(a)
        return K.sum(x * a, axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])

word_input = Input(shape=(MAX_WORDS,), dtype='int32')
word_seq = Embedding(VOCAB, DIM, trainable=False)(word_input)
word_enc = Bidirectional(GRU(50, return_sequences=True))(word_seq)
word_att = AttentionWithContext()(TimeDistributed(Dense(100))(word_enc))
wordEncoder = Model(word_input, word_att)

sent_input = Input(shape=(MAX_SENTS, MAX_WORDS), dtype='int32')
sent_encoder = TimeDistributed(wordEncoder)(sent_input)
sent_lstm = Bidirectional(GRU(50, return_sequences=True))(sent_encoder)
sent_att = Dropout(0.5)(AttentionWithContext(bias=False)(TimeDistributed(Dense(80))(sent_lstm)))
preds = Dense(CLASSES, activation='softmax')(sent_att)
model = Model(sent_input, preds)
