from typing import Any, Dict, Optional
import torch
from torch import Tensor, nn
import pytorch_lightning as pl
import torchmetrics


class LitTagger(pl.LightningModule):
    def __init__(self, vocab_size: int, tag_count: int, *, embed: int = 16, hidden: int = 32, bidirectional: bool = True, lr: float = 1e-3, **kwargs: Any) -> None:
        super().__init__()
        self.save_hyperparameters()
        hp = self.hparams
        self.embedding = nn.Embedding(hp.vocab_size, hp.embed)
        self.lstm = nn.LSTM(hp.embed, hp.hidden, bidirectional=hp.bidirectional)
        self.fc = nn.Linear(self.lstm.hidden_size * (2 if self.lstm.bidirectional else 1), hp.tag_count)
        self.acc = torchmetrics.Accuracy()
        self.loss = nn.CrossEntropyLoss(weight=torch.ones(hp.tag_count))
