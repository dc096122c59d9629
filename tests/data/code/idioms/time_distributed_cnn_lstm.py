from keras.models import Sequential
from keras.layers import *
frames, rows, cols, ch = 10, 64, 64, 3
model = Sequential()
model.add(TimeDistributed(Conv2D(16, (3, 3), padding='same', activation='relu'), input_shape=(frames, rows, cols, ch)))
model.add(TimeDistributed(MaxPooling2D((4, 4))))
model.add(TimeDistributed(Dropout(0.25)))
model.add(TimeDistributed(Conv2D(32, (3, 3), padding='same', activation='relu')))
model.add(TimeDistributed(MaxPooling2D((4, 4))))
model.add(TimeDistributed(Flatten()))
model.add(LSTM(32))
model.add(Dense(len(CLASSES_LIST), activation='softmax'))
