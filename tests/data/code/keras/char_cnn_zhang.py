import json
from keras.models import Model
from keras.layers import Input, Dense, Flatten, Embedding, Conv1D, MaxPooling1D, ThresholdedReLU, Dropout

config = {
    "alphabet": "abcdefghijklmnopqrstuvwxyz0123456789-,;.!?:'\"/\\|_@#$%^&*~`+-=<>()[]{}",
    "input_size": 1014,
    "num_of_classes": 4,
    "embedding_size": 128,
    "conv_layers": [[256, 7, 3], [256, 7, 3], [256, 3, -1], [256, 3, -1], [256, 3, -1], [256, 3, 3]],
    "fully_connected_layers": [1024, 1024],
    "threshold": 1e-6,
    "dropout_p": 0.5,
}

class CharCNNZhang(object):
    def __init__(self, input_size, alphabet_size, embedding_size,
                 conv_layers, fully_connected_layers,
                 num_of_classes, threshold, dropout_p,
                 optimizer='adam', loss='categorical_crossentropy'):
        self.input_size = input_size
        self.alphabet_size = alphabet_size
        self.embedding_size = embedding_size
        self.conv_layers = conv_layers
        self.fully_connected_layers = fully_connected_layers
        self.num_of_classes = num_of_classes
        self.threshold = threshold
        self.dropout_p = dropout_p
        self.optimizer = optimizer
        self.loss = loss
        self._build_model()  # builds self.model variable

    def _build_model(self):
        # Input layer
        inputs = Input(shape=(self.input_size,), name='sent_input', dtype='int64')
        # Embedding layers
        x = Embedding(self.alphabet_size + 1, self.embedding_size, input_length=self.input_size)(inputs)
        # Convolution layers
        for cl in self.conv_layers:
            x = Conv1D(cl[0], cl[1])(x)
            x = ThresholdedReLU(self.threshold)(x)
            if cl[2] != -1:
                x = MaxPooling1D(cl[2])(x)
        # Flatten the features
        x = Flatten()(x)
        # Fully connected layers
        for fl in self.fully_connected_layers:
            x = Dense(fl)(x)
            x = ThresholdedReLU(self.threshold)(x)
            x = Dropout(self.dropout_p)(x)
        # Output layer
        predictions = Dense(self.num_of_classes, activation='softmax')(x)
        # Build and compile model
        model = Model(inputs=inputs, outputs=predictions)
        model.compile(optimizer=self.optimizer, loss=self.loss)
        self.model = model
        print("CharCNNZhang model built: ")
        self.model.summary()

model = CharCNNZhang(input_size=config["input_size"],
                     alphabet_size=len(config["alphabet"]),
                     embedding_size=config["embedding_size"],
                     conv_layers=config["conv_layers"],
                     fully_connected_layers=config["fully_connected_layers"],
                     num_of_classes=config["num_of_classes"],
                     threshold=config["threshold"],
                     dropout_p=config["dropout_p"])
