import keras
from keras import layers
big = keras.Sequential([keras.Input((20, 6)), layers.GRU(40, return_sequences=True, name='g1'), layers.GRU(40, name='g2'), layers.Dense(10)])
new_model = keras.Sequential()
for layer in big.layers[:-1]:  # just exclude last layer from copying
    new_model.add(layer)
new_model.get_layer('g1').trainable = False
new_model.add(layers.Dense(4, activation="softmax"))
