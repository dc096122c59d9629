from keras.layers import *
from keras.models import Model
from keras.initializers import Constant
num_words = min(MAX_NUM_WORDS, len(word_index) + 1)
embedding_layer = Embedding(num_words, EMBEDDING_DIM, embeddings_initializer=Constant(embedding_matrix), trainable=False)
inp = Input(shape=(MAX_LEN,))
x = SpatialDropout1D(0.3)(embedding_layer(inp))
x1 = Bidirectional(CuDNNLSTM(40, return_sequences=True))(x)
avg = GlobalAveragePooling1D()(x1)
mx = GlobalMaxPooling1D()(x1)
c = concatenate([avg, mx])
out = Dense(labels.shape[1], activation='sigmoid')(c)
model = Model(inp, out)
