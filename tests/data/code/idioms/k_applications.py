from tensorflow.keras.applications import VGG16
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import TimeDistributed, LSTM, Dense, Flatten
base = VGG16(include_top=False, input_shape=(64, 64, 3))
base.trainable = False
model = Sequential()
model.add(TimeDistributed(base, input_shape=(8, 64, 64, 3)))
model.add(TimeDistributed(Flatten()))
model.add(LSTM(64))
model.add(Dense(2))
