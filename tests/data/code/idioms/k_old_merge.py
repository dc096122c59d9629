from keras.models import Sequential, Model
from keras.layers import Dense, LSTM, Merge, Embedding, merge, Input
left = Sequential()
left.add(LSTM(32, input_shape=(10, 8)))
right = Sequential()
right.add(Embedding(100, 16, input_length=5))
right.add(LSTM(24))
model = Sequential()
model.add(Merge([left, right], mode='concat'))
model.add(Dense(3))
