import torch.nn as nn
from argparse import Namespace
from abc import ABC, abstractmethod

hp = Namespace(**{"vocab_size": 200, "embed": 16, "hidden": 24, "tags": ["B", "I", "O"]})


class BaseModel(nn.Module, ABC):
    def __init__(self, hp):
        super().__init__()
        self.hp = hp
        self.build()

    @abstractmethod
    def build(self):
        pass

    @classmethod
    def create(cls, **over):
        h = Namespace(**{**vars(hp), **over})
        return cls(h)


class Tagger(BaseModel):
    def build(self):
        hp = self.hp
        self.embed = nn.Embedding(hp.vocab_size, hp.embed)
        self.lstm = nn.LSTM(hp.embed, hp.hidden, proj_size=getattr(hp, "proj", 12))
        self.out = nn.Linear(self.lstm.proj_size, len(hp.tags))


tagger = Tagger(hp)
