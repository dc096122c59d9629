import torch
import torch.nn as nn

cat_dims = [(1115, 50), (7, 4), (12, 6), (31, 10)]
emb_szs = [(c + 1, min(50, (c + 1) // 2)) for c, _ in cat_dims]
n_cont = 9


class StoreSales(nn.Module):
    def __init__(self, emb_szs, n_cont, out_sz, rnn_dim=128, mlp=[256, 64], ps=None):
        super().__init__()
        self.embs = nn.ModuleList([nn.Embedding(c, s) for c, s in emb_szs])
        for emb in self.embs:
            emb.weight.data.uniform_(-0.05, 0.05)
        n_emb = sum(e.embedding_dim for e in self.embs)
        self.n_emb, self.n_cont = n_emb, n_cont
        ps = ps or [0.0] * len(mlp)
        self.bn = nn.BatchNorm1d(n_cont)
        self.rnn = nn.LSTM(n_emb + n_cont, rnn_dim, batch_first=True)
        szs = [rnn_dim] + mlp
        self.lins = nn.ModuleList([nn.Linear(szs[i], szs[i + 1]) for i in range(len(szs) - 1)])
        self.bns = nn.ModuleList([nn.BatchNorm1d(sz) for sz in szs[1:]])
        for o in self.lins:
            nn.init.kaiming_normal_(o.weight.data)
        self.outp = nn.Linear(szs[-1], out_sz)
        self.drops = nn.ModuleList([nn.Dropout(p) for p in ps])


model = StoreSales(emb_szs, n_cont, 1)
