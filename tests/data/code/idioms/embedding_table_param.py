import torch.nn as nn, torch
class N(nn.Module):
    def __init__(self, embedding_matrix, n_cls, hidden=128):
        super().__init__()
        num_embeddings, embedding_dim = embedding_matrix.shape
        self.emb = nn.Embedding(num_embeddings, embedding_dim)
        self.emb.weight = nn.Parameter(torch.tensor(embedding_matrix, dtype=torch.float32))
        self.emb.weight.requires_grad = False
        self.lstm = nn.LSTM(embedding_dim, hidden, bidirectional=True, batch_first=True)
        self.linear = nn.Linear(hidden * 4, hidden)
        self.out = nn.Linear(hidden, n_cls)
