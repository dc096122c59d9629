from tensorflow import keras
from tensorflow.keras import layers as L

def rnn_block(units, n, cell=L.GRU, dropout=0.0):
    return [cell(units, return_sequences=True, dropout=dropout) for _ in range(n)]

model = keras.Sequential(
    [L.Input(shape=(None, 40))]
    + [L.Conv1D(f, k, strides=2, padding='same', activation='relu') for f, k in zip([32, 64], [5, 3])]
    + rnn_block(80, 2, dropout=.1)
    + [L.Bidirectional(L.LSTM(56, return_sequences=True), merge_mode='ave'), L.GlobalAveragePooling1D()]
    + [L.Dense(11, 'softmax')]
)
