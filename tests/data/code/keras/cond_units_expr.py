# -*- coding: utf-8 -*-
# Modelo LSTM para previsão de séries temporais
from keras.models import Sequential
from keras.layers import LSTM, Dense, Dropout
n_camadas = 3
unidades = 50
modelo = Sequential()
for i in range(n_camadas):
    if i == 0:
        modelo.add(LSTM(unidades, return_sequences=True if n_camadas > 1 else False, input_shape=(None, 4)))
    elif i == n_camadas - 1:
        modelo.add(LSTM(unidades // 2))
    else:
        modelo.add(LSTM(unidades, return_sequences=True))
    modelo.add(Dropout(0.2 * (i + 1) / n_camadas))
modelo.add(Dense(1))
modelo.compile(optimizer='adam', loss='mse')
