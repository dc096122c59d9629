from keras.models import Sequential
from keras.layers import Conv1D, MaxPooling1D, LSTM, Dense, Flatten, TimeDistributed, Input
model = Sequential([Input((100, 3))])
for rate in (1, 2, 4) * 2:
    model.add(Conv1D(filters=20, kernel_size=2, padding='causal', activation='relu', dilation_rate=rate))
model.add(MaxPooling1D(pool_size=2))
model.add(LSTM(10, return_sequences=True))
model.add(Flatten())
model.add(Dense(4))
