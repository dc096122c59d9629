from tensorflow import keras
from tensorflow.keras import layers, backend as K
import tensorflow as tf  


class Sampling(layers.Layer):
    def call(self, inputs):
        mean, log_var = inputs
        return K.random_normal(tf.shape(log_var)) * K.exp(log_var / 2) + mean


class SeqVAE(keras.Model):
    def __init__(self, encoder, decoder, kl_weight=0.1, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.loss_tracker = keras.metrics.Mean(name="loss")

    def call(self, x):
        z_mean, z_log_var, z = self.encoder(x)
        return self.decoder(z)


def make_encoder(steps, feats, latent, hidden=(128, 64)):
    inp = keras.Input((steps, feats))
    x = inp
    *rest, last = hidden
    for h in rest:
        x = layers.Bidirectional(layers.LSTM(h, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(last))(x)
    mu = layers.Dense(latent, name="mu")(x)
    lv = layers.Dense(latent, name="log_var")(x)
    z = Sampling()([mu, lv])
    return keras.Model(inp, [mu, lv, z], name="encoder")


def make_decoder(steps, feats, latent, hidden=(64, 128)):
    inp = keras.Input((latent,))
    x = layers.Dense(hidden[0], activation="tanh")(inp)
    x = layers.RepeatVector(steps)(x)
    for h in hidden:
        x = layers.LSTM(h, return_sequences=True)(x)
    out = layers.TimeDistributed(layers.Dense(feats, activation="sigmoid"))(x)
    return keras.Model(inp, out, name="decoder")


STEPS, FEATS, LATENT = 32, 90, 16
vae = SeqVAE(make_encoder(STEPS, FEATS, LATENT), make_decoder(STEPS, FEATS, LATENT))
vae.compile(optimizer="adam")
