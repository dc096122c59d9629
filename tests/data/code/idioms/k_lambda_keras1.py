from keras.models import Sequential
from keras.layers.core import Dense, Activation, Dropout, TimeDistributedDense, RepeatVector
from keras.layers.recurrent import LSTM
in_out_neurons = 2
hidden_neurons = 300
model = Sequential()
model.add(LSTM(output_dim=hidden_neurons, input_dim=in_out_neurons, return_sequences=False))
model.add(RepeatVector(5))
model.add(LSTM(hidden_neurons, return_sequences=True))
model.add(TimeDistributedDense(in_out_neurons))
model.add(Activation("linear"))
