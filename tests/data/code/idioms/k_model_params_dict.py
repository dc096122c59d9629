from tensorflow import keras
from tensorflow.keras import layers as L
params = {'units': 48, 'lr': 1e-3, 'layers': 2}
def build(p, n_in):
    model = keras.Sequential(name="m")
    model.add(L.InputLayer((None, n_in)))
    [model.add(L.LSTM(p['units'], return_sequences=True)) for _ in range(p['layers'] - 1)]
    model.add(L.LSTM(p['units']))
    model.add(L.Dense(1))
    return model
net = build(params, len(['open', 'high', 'low', 'close']))
