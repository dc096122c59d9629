from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import *
X_train, X_test, y_train, y_test = load_data("x.npz")
model = Sequential()
model.add(LSTM(100, input_shape=X_train.shape[1:]))
model.add(Dense(y_train.shape[-1]))
