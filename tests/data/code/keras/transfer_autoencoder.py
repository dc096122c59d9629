from keras.models import Sequential, Model, load_model
from keras.layers import LSTM, Dense, RepeatVector, TimeDistributed, Input

timesteps, n_features = 10, 5
lstm_autoencoder = Sequential()
# Encoder
lstm_autoencoder.add(LSTM(32, activation='relu', input_shape=(timesteps, n_features), return_sequences=True))
lstm_autoencoder.add(LSTM(16, activation='relu', return_sequences=False))
lstm_autoencoder.add(RepeatVector(timesteps))
# Decoder
lstm_autoencoder.add(LSTM(16, activation='relu', return_sequences=True))
lstm_autoencoder.add(LSTM(32, activation='relu', return_sequences=True))
lstm_autoencoder.add(TimeDistributed(Dense(n_features)))
lstm_autoencoder.compile(optimizer='adam', loss='mse')
lstm_autoencoder.fit(X, X, epochs=5, verbose=0)

# connect the encoder LSTM as the output layer
encoder = Model(inputs=lstm_autoencoder.inputs, outputs=lstm_autoencoder.layers[1].output)
for layer in encoder.layers:
    layer.trainable = False

classifier = Sequential()
classifier.add(encoder)
classifier.add(Dense(24, activation='relu'))
classifier.add(Dense(2, activation='softmax'))
