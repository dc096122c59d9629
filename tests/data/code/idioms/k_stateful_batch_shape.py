import keras
batch = 4
model = keras.models.Sequential()
model.add(keras.layers.LSTM(20, batch_input_shape=(batch, 5, 7), stateful=True, return_sequences=True))
model.add(keras.layers.LSTM(10, stateful=True))
model.add(keras.layers.Dense(units=1, activation="linear"))
