from keras.models import Sequential
from keras.layers.core import Dense, Activation, Dropout, Merge, Reshape
from keras.layers.recurrent import LSTM

num_hidden_units_mlp = 1024
num_hidden_units_lstm = 512
num_hidden_layers_mlp = 3
num_hidden_layers_lstm = 1
dropout = 0.5
activation_mlp = 'tanh'
img_dim = 4096
word_vec_dim = 300
max_len = 30
nb_classes = 1000

image_model = Sequential()
image_model.add(Reshape((img_dim,), input_shape = (img_dim,)))

language_model = Sequential()
if num_hidden_layers_lstm == 1:
	language_model.add(LSTM(output_dim = num_hidden_units_lstm, return_sequences=False, input_shape=(max_len, word_vec_dim)))
else:
	language_model.add(LSTM(output_dim = num_hidden_units_lstm, return_sequences=True, input_shape=(max_len, word_vec_dim)))
	for i in xrange(num_hidden_layers_lstm-2):
		language_model.add(LSTM(output_dim = num_hidden_units_lstm, return_sequences=True))
	language_model.add(LSTM(output_dim = num_hidden_units_lstm, return_sequences=False))

model = Sequential()
model.add(Merge([language_model, image_model], mode='concat', concat_axis=1))
for i in xrange(num_hidden_layers_mlp):
	model.add(Dense(num_hidden_units_mlp, init='uniform'))
	model.add(Activation(activation_mlp))
	model.add(Dropout(dropout))
model.add(Dense(nb_classes))
model.add(Activation('softmax'))

json_string = model.to_json()
open('model.json', 'w').write(json_string)
model.compile(loss='categorical_crossentropy', optimizer='rmsprop')
