import os
import math
import numpy as np
import datetime as dt
from keras.layers import Dense, Activation, Dropout, LSTM
from keras.models import Sequential, load_model
from keras.callbacks import EarlyStopping, ModelCheckpoint

configs = {
	"data": {"filename": "sp500.csv", "columns": ["Close", "Volume"], "sequence_length": 50, "train_test_split": 0.85},
	"training": {"epochs": 2, "batch_size": 32},
	"model": {
		"loss": "mse",
		"optimizer": "adam",
		"save_dir": "saved_models",
		"layers": [
			{"type": "lstm", "neurons": 100, "input_timesteps": 49, "input_dim": 2, "return_seq": True},
			{"type": "dropout", "rate": 0.2},
			{"type": "lstm", "neurons": 100, "return_seq": True},
			{"type": "lstm", "neurons": 100, "return_seq": False},
			{"type": "dropout", "rate": 0.2},
			{"type": "dense", "neurons": 1, "activation": "linear"}
		]
	}
}

class Model():
	"""A class for an building and inferencing an lstm model"""

	def __init__(self):
		self.model = Sequential()

	def load_model(self, filepath):
		print('[Model] Loading model from file %s' % filepath)
		self.model = load_model(filepath)

	def build_model(self, configs):
		for layer in configs['model']['layers']:
			neurons = layer['neurons'] if 'neurons' in layer else None
			dropout_rate = layer['rate'] if 'rate' in layer else None
			activation = layer['activation'] if 'activation' in layer else None
			return_seq = layer['return_seq'] if 'return_seq' in layer else None
			input_timesteps = layer['input_timesteps'] if 'input_timesteps' in layer else None
			input_dim = layer['input_dim'] if 'input_dim' in layer else None

			if layer['type'] == 'dense':
				self.model.add(Dense(neurons, activation=activation))
			if layer['type'] == 'lstm':
				self.model.add(LSTM(neurons, input_shape=(input_timesteps, input_dim), return_sequences=return_seq))
			if layer['type'] == 'dropout':
				self.model.add(Dropout(dropout_rate))

		self.model.compile(loss=configs['model']['loss'], optimizer=configs['model']['optimizer'])

		print('[Model] Model Compiled')

def main():
	if not os.path.exists(configs['model']['save_dir']): os.makedirs(configs['model']['save_dir'])
	model = Model()
	model.build_model(configs)
	save_fname = os.path.join(configs['model']['save_dir'], '%s-e%s.h5' % (dt.datetime.now().strftime('%d%m%Y-%H%M%S'), str(2)))

if __name__ == '__main__':
	main()
