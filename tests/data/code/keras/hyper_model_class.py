import kerastuner as kt
from tensorflow import keras
from tensorflow.keras import layers

class MyHyperModel(kt.HyperModel):
    def __init__(self, input_shape, n_out):
        self.input_shape = input_shape
        self.n_out = n_out

    def build(self, hp):
        model = keras.Sequential()
        model.add(layers.Input(shape=self.input_shape))
        for i in range(hp.Int('n_layers', 1, 4)):
            model.add(layers.LSTM(hp.Int(f'lstm_{i}_units', min_value=32, max_value=512, step=32), return_sequences=True))
        model.add(layers.LSTM(hp.Choice('last_units', [48, 64]), return_sequences=False))
        if hp.Boolean('dropout'):
            model.add(layers.Dropout(hp.Float('Dropout_rate', min_value=0, max_value=0.5, step=0.1)))
        model.add(layers.Dense(self.n_out, activation=hp.Choice('dense_activation', values=['relu', 'sigmoid'], default='relu')))
        model.compile(loss='mean_squared_error', optimizer=keras.optimizers.Adam(hp.Float('lr', 1e-4, 1e-2, sampling='log')), metrics=['mse'])
        return model

hypermodel = MyHyperModel(input_shape=(24, 7), n_out=3)
tuner = kt.RandomSearch(hypermodel, objective='mse', max_trials=2)
