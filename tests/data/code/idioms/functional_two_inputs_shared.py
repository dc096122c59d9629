from tensorflow.keras.layers import Input, Embedding, LSTM, Dense, Lambda, concatenate, Dropout, Bidirectional
from tensorflow.keras.models import Model
import tensorflow.keras.backend as K

def exponent_neg_manhattan_distance(left, right):
    return K.exp(-K.sum(K.abs(left-right), axis=1, keepdims=True))

n_hidden = 50
max_seq_length = 20
embedding_dim = 300
embeddings = 1 * np.random.randn(len(vocabulary) + 1, embedding_dim)

left_input = Input(shape=(max_seq_length,), dtype='int32')
right_input = Input(shape=(max_seq_length,), dtype='int32')
embedding_layer = Embedding(len(embeddings), embedding_dim, weights=[embeddings], input_length=max_seq_length, trainable=False)
encoded_left = embedding_layer(left_input)
encoded_right = embedding_layer(right_input)
shared_lstm = LSTM(n_hidden)
left_output = shared_lstm(encoded_left)
right_output = shared_lstm(encoded_right)
merged = concatenate([left_output, right_output, Lambda(lambda x: K.abs(x[0] - x[1]))([left_output, right_output])])
out = Dense(1, activation='sigmoid')(merged)
malstm = Model([left_input, right_input], [out])
