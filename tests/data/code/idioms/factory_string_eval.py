import importlib
import torch.nn as nn


class Registry(dict):
    def register(self, key):
        def deco(obj):
            self[key] = obj
            return obj
        return deco


ENCODERS = Registry()


@ENCODERS.register("rnn")
class RNNEncoder(nn.Module):
    def __init__(self, dim, hidden, kind="lstm"):
        super().__init__()
        self.core = getattr(nn, kind.upper())(dim, hidden, bidirectional=True)
        self.out_dim = hidden * 2


@ENCODERS.register("mean")
class MeanEncoder(nn.Module):
    def __init__(self, dim, **kwargs):
        super().__init__()
        self.out_dim = dim


class TextClassifier(nn.Module):
    def __init__(self, encoder, n_classes, vocab=4000, dim=50, **encoder_kwargs):
        super().__init__()
        self.embed = nn.EmbeddingBag(vocab, dim) if encoder == "bag" else nn.Embedding(vocab, dim)
        self.encoder = ENCODERS[encoder](dim, **encoder_kwargs)
        self.classifier = nn.Linear(self.encoder.out_dim, n_classes)


net = TextClassifier("rnn", 20, hidden=64, kind="gru")
