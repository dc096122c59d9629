from keras import backend as K
from keras.layers import Layer, Input, Embedding, Bidirectional, GRU, Dense, TimeDistributed
from keras.models import Model
from keras import initializers
class AttLayer(Layer):
    def __init__(self, attention_dim):
        self.init = initializers.get('normal')
        self.supports_masking = True
        self.attention_dim = attention_dim
        super(AttLayer, self).__init__()
    def build(self, input_shape):
        assert len(input_shape) == 3
        self.W = K.variable(self.init((input_shape[-1], self.attention_dim)), name='W')
        self.b = K.variable(self.init((self.attention_dim, )), name='b')
        self.u = K.variable(self.init((self.attention_dim, 1)), name='u')
        self.trainable_weights = [self.W, self.b, self.u]
        super(AttLayer, self).build(input_shape)
    def call(self, x, mask=None):
        uit = K.tanh(K.bias_add(K.dot(x, self.W), self.b))
        ait = K.squeeze(K.dot(uit, self.u), -1)
        ait = K.exp(ait)
        ait = K.expand_dims(ait)
        return K.sum(x * ait, axis=1)
    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])
MAX_SENT_LENGTH, MAX_SENTS, VOCAB, DIM = 100, 15, 2000, 100
sentence_input = Input(shape=(MAX_SENT_LENGTH,), dtype='int32')
e = Embedding(VOCAB + 1, DIM, input_length=MAX_SENT_LENGTH, trainable=True)(sentence_input)
l_lstm = Bidirectional(GRU(100, return_sequences=True))(e)
l_att = AttLayer(100)(l_lstm)
sentEncoder = Model(sentence_input, l_att)
review_input = Input(shape=(MAX_SENTS, MAX_SENT_LENGTH), dtype='int32')
review_encoder = TimeDistributed(sentEncoder)(review_input)
l_lstm_sent = Bidirectional(GRU(100, return_sequences=True))(review_encoder)
l_att_sent = AttLayer(100)(l_lstm_sent)
preds = Dense(2, activation='softmax')(l_att_sent)
model = Model(review_input, preds)
