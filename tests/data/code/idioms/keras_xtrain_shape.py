from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import *
X_train, X_test, y_train, y_test = load_data("x.npz")
model = Sequential()
model.add(Bidirectional(GRU(64, return_sequences=True), input_shape=(X_train.shape[1], X_train.shape[2])))
model.add(GlobalMaxPool1D())
model.add(Dense(y_train.shape[1], activation="softmax"))
