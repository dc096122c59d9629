import torch.nn as nn
MODELS = {}
def register(name):
    def wrap(cls):
        MODELS[name] = cls
        return cls
    return wrap
@register("tiny")
class Tiny(nn.Module):
    def __init__(self, d=12):
        super().__init__()
        self.rnn = nn.RNN(d, d * 2, nonlinearity='relu')
        self.fc = nn.Linear(d * 2, 1)
def build(name, **kw):
    return MODELS[name](**kw)
model = build("tiny", d=20)
