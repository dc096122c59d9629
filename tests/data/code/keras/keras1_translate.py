from keras.models import Sequential
from keras.layers.core import Dense, Activation, TimeDistributedDense, RepeatVector, Masking
from keras.layers.recurrent import LSTM, GRU
from keras.layers.embeddings import Embedding

in_vocab_size = 1200
out_vocab_size = 1500
in_maxlen, out_maxlen = 15, 18
embedding_dim = 100
hidden_dim = 80

print('Compiling seq2seq...')
en_ch = Sequential()
en_ch.add(Embedding(in_vocab_size, embedding_dim, input_length=in_maxlen, mask_zero=True))
en_ch.add(LSTM(output_dim=hidden_dim, init='glorot_uniform', inner_init='orthogonal', activation='tanh', inner_activation='hard_sigmoid', return_sequences=False))
en_ch.add(RepeatVector(out_maxlen))
en_ch.add(GRU(hidden_dim, return_sequences=True, consume_less='gpu'))
en_ch.add(TimeDistributedDense(output_dim=out_vocab_size))
en_ch.add(Activation('softmax'))
en_ch.compile(loss='categorical_crossentropy', optimizer='rmsprop')
