import tensorflow as tf
from tensorflow.keras import layers as L
from tensorflow.keras.models import Model

def build(src_vocab, tgt_vocab, emb=96, units=160):
    enc_in = L.Input((None,), name='src')
    dec_in = L.Input((None,), name='tgt')
    enc_emb = L.Embedding(src_vocab, emb, mask_zero=True)(enc_in)
    enc_out, fh, fc, bh, bc = L.Bidirectional(L.LSTM(units, return_sequences=True, return_state=True))(enc_emb)
    h = L.Concatenate()([fh, bh])
    c = L.Concatenate()([fc, bc])
    dec_emb = L.Embedding(tgt_vocab, emb, mask_zero=True)(dec_in)
    dec_out, *_ = L.LSTM(units * 2, return_sequences=True, return_state=True)(dec_emb, initial_state=[h, c])
    ctx = L.AdditiveAttention()([dec_out, enc_out])
    dec_concat = tf.concat([dec_out, ctx], axis=-1)
    logits = L.TimeDistributed(L.Dense(tgt_vocab))(dec_concat)
    return Model([enc_in, dec_in], logits)

m = build(1000, 1200)
