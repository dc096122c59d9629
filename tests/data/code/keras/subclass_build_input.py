import tensorflow as tf
from tensorflow.keras import layers

class CNNLSTM(tf.keras.Model):
    def __init__(self, num_classes=6, filters=(32, 64), lstm_units=100, **kwargs):
        super().__init__(**kwargs)
        self.convs = []
        for i, f in enumerate(filters):
            self.convs.append(layers.Conv1D(f, 3, padding='same', name=f'conv_{i}'))
        self.bns = [layers.BatchNormalization() for _ in filters]
        self.pool = layers.MaxPool1D(2)
        self.lstm = layers.LSTM(lstm_units)
        self.head = tf.keras.Sequential([layers.Dropout(.5), layers.Dense(num_classes)])

    def call(self, x, training=False):
        for conv, bn in zip(self.convs, self.bns):
            x = self.pool(tf.nn.relu(bn(conv(x), training=training)))
        x = self.lstm(x)
        return self.head(x, training=training)

    def model(self):
        x = tf.keras.Input(shape=(128, 9))
        return tf.keras.Model(inputs=[x], outputs=self.call(x))

model = CNNLSTM()
model.build(input_shape=(None, 128, 9))
model.summary()
