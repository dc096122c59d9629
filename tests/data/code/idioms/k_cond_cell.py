from keras.models import Sequential
from keras import layers
RNN = layers.LSTM
HIDDEN_SIZE, LAYERS, DIGITS = 128, 2, 3
MAXLEN = DIGITS + 1 + DIGITS
chars = '0123456789+ '
model = Sequential()
model.add(RNN(HIDDEN_SIZE, input_shape=(MAXLEN, len(chars))))
model.add(layers.RepeatVector(DIGITS + 1))
for _ in range(LAYERS):
    model.add(RNN(HIDDEN_SIZE, return_sequences=True))
model.add(layers.TimeDistributed(layers.Dense(len(chars), activation='softmax')))
