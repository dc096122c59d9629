import keras
from keras.applications.vgg16 import VGG16
from keras.layers import Dense, Input, LSTM, TimeDistributed, GlobalAveragePooling2D
from keras.models import Model

frames, channels, rows, columns = 5, 3, 224, 224
video = Input(shape=(frames, rows, columns, channels))
cnn_base = VGG16(input_shape=(rows, columns, channels), weights="imagenet", include_top=False)
cnn_out = GlobalAveragePooling2D()(cnn_base.output)
cnn = Model(inputs=cnn_base.input, outputs=cnn_out)
cnn.trainable = False
encoded_frames = TimeDistributed(cnn)(video)
encoded_sequence = LSTM(256)(encoded_frames)
hidden_layer = Dense(1024, activation="relu")(encoded_sequence)
outputs = Dense(10, activation="softmax")(hidden_layer)
model = Model([video], outputs)
