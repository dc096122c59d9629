import torch
import torch.nn as nn

def prepareData(a, b):
    lines = open('data/%s-%s.txt' % (a, b)).read()
    return Lang(a), Lang(b), lines

class EncoderRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super(EncoderRNN, self).__init__()
        self.embedding = nn.Embedding(input_size, hidden_size)
        self.gru = nn.GRU(hidden_size, hidden_size)

hidden_size = 256
input_lang, output_lang, pairs = prepareData('eng', 'fra')
encoder1 = EncoderRNN(input_lang.n_words, hidden_size)
