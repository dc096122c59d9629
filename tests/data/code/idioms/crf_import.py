import torch.nn as nn
from torchcrf import CRF
class BiLSTMCRF(nn.Module):
    def __init__(self, vocab_size, num_tags, emb=100, hid=128):
        super().__init__()
        self.emb = nn.Embedding(vocab_size, emb)
        self.lstm = nn.LSTM(emb, hid // 2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(hid, num_tags)
        self.crf = CRF(num_tags, batch_first=True)
    def forward(self, x, y, mask):
        e, _ = self.lstm(self.emb(x))
        return -self.crf(self.fc(e), y, mask)
