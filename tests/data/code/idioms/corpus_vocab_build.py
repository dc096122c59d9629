import re
import torch
import torch.nn as nn
from collections import Counter, defaultdict

text = """the cat sat on the mat
the dog sat"""
words = text.split()
counts = Counter(words)
vocab = sorted(counts, key=counts.get, reverse=True)
word2idx = {w: i for i, w in enumerate(vocab, 1)}
chars = sorted(list(set(text)))
char2idx = {c: i for i, c in enumerate(chars)}
tag_to_ix = {}
for w in words:
    if w not in tag_to_ix:
        tag_to_ix[w] = len(tag_to_ix)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.word = nn.Embedding(len(word2idx) + 1, 8)
        self.char = nn.Embedding(len(chars), 4)
        self.rnn = nn.LSTM(12, 6)
        self.out = nn.Linear(6, len(tag_to_ix))


model = Net()
