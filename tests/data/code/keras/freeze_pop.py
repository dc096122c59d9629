from keras.models import Sequential, Model
from keras.layers import Embedding, LSTM, Dense, Dropout

base = Sequential([
    Embedding(5000, 64, input_length=80),
    LSTM(96, return_sequences=True),
    LSTM(96),
    Dropout(0.3),
    Dense(20, activation='softmax'),
])
base.pop()
base.pop()
for layer in base.layers[:-1]:
    layer.trainable = False
for l in base.layers:
    print(l, l.trainable)
base.add(Dense(32, activation='relu'))
base.add(Dense(3, activation='softmax'))
base.compile('adam', 'categorical_crossentropy')
