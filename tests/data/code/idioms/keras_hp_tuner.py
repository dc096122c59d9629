import keras
from keras.models import Sequential
from keras.layers import LSTM, Dense, Dropout, Input

def create_model(units=64, dropout=0.2, num_layers=2, n_features=1, n_steps=30):
    model = Sequential()
    model.add(Input(shape=(n_steps, n_features)))
    for i in range(num_layers):
        last = i == num_layers - 1
        model.add(LSTM(units // (2 ** i), return_sequences=not last))
        model.add(Dropout(dropout))
    model.add(Dense(1))
    model.compile(loss='mse', optimizer='adam')
    return model

best = {'units': 128, 'num_layers': 3}
final_model = create_model(**best, n_features=5)
