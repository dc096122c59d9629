import tensorflow as tf
from tensorflow.keras.layers import StackedRNNCells, LSTMCell, GRUCell, RNN, Dense, Input
from tensorflow.keras.models import Model

hidden_layers = [64, 48]
encoder_inputs = Input(shape=(None, 3))
encoder_cells = []
for n in hidden_layers:
    encoder_cells.append(LSTMCell(n))
encoder = RNN(StackedRNNCells(encoder_cells), return_state=True)
encoder_outputs_and_states = encoder(encoder_inputs)
encoder_states = encoder_outputs_and_states[1:]

decoder_inputs = Input(shape=(None, 2))
decoder_cells = [LSTMCell(n) for n in hidden_layers]
decoder = RNN(decoder_cells, return_sequences=True, return_state=True)
decoder_outputs_and_states = decoder(decoder_inputs, initial_state=encoder_states)
decoder_outputs = decoder_outputs_and_states[0]
decoder_dense = Dense(2, activation='linear')
decoder_outputs = decoder_dense(decoder_outputs)
model = Model(inputs=[encoder_inputs, decoder_inputs], outputs=decoder_outputs)
