import torch
from torch import nn

TASKS = {"pos": 17, "ner": 9, "chunk": 23}


class MultiTaskTagger(nn.Module):
    def __init__(self, n_words=8000, dim=64, rnn="GRU", tasks=None):
        super().__init__()
        tasks = tasks or TASKS
        self.word = nn.Embedding(num_embeddings=n_words, embedding_dim=dim)
        self.shared = getattr(nn, rnn)(dim, dim, bidirectional=True)
        self.heads = nn.ModuleDict({name: nn.Linear(2 * dim, k) for name, k in tasks.items()})
        self.private = nn.ModuleDict()
        for name in sorted(tasks):
            self.private[name] = nn.RNN(2 * dim, 32, nonlinearity="relu")
        self.private.update({"extra": nn.Identity()})
