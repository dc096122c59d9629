from keras.layers import Input, LSTM, Dense, Embedding
from keras.models import Model
class Seq2Seq:
    def __init__(self, vocab_in=300, vocab_out=400, dim=64):
        self.dim = dim
        self.enc_in = Input(shape=(None,))
        emb = Embedding(vocab_in, dim, mask_zero=True)(self.enc_in)
        _, h, c = LSTM(dim, return_state=True)(emb)
        self.states = [h, c]
        self.dec_in = Input(shape=(None,))
        self.dec_emb = Embedding(vocab_out, dim, mask_zero=True)
        self.dec_lstm = LSTM(dim, return_sequences=True, return_state=True)
        o, _, _ = self.dec_lstm(self.dec_emb(self.dec_in), initial_state=self.states)
        self.dense = Dense(vocab_out, activation='softmax')
        self.model = Model([self.enc_in, self.dec_in], self.dense(o))
    def inference(self):
        enc = Model(self.enc_in, self.states)
        return enc
s2s = Seq2Seq()
