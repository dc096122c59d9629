from tensorflow.keras.layers import Dense, LSTM
from tensorflow.keras import Input, Model
from tcn import TCN, tcn_full_summary

i = Input(shape=(64, 3))
o = TCN(return_sequences=True)(i)
o = LSTM(20)(o)
o = Dense(1)(o)
m = Model(inputs=[i], outputs=[o])
