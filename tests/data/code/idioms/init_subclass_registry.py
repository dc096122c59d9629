import torch.nn as nn


class Backbone(nn.Module):
    registry = {}

    def __init_subclass__(cls, name=None, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.registry[name or cls.__name__.lower()] = cls

    @classmethod
    def create(cls, name, **kwargs):
        return cls.registry[name](**kwargs)


class RecurrentBackbone(Backbone, name="rnn"):
    def __init__(self, dim, width=64, depth=1):
        super().__init__()
        self.body = nn.GRU(dim, width, depth, batch_first=True)
        self.out_dim = width


class ConvBackbone(Backbone, name="conv"):
    def __init__(self, dim, width=64, depth=3, kernel=5):
        super().__init__()
        self.body = nn.Sequential()
        for i in range(depth):
            self.body.add_module(f"conv{i}", nn.Conv1d(dim if i == 0 else width, width, kernel, padding="same"))
        self.out_dim = width


class Model(nn.Module):
    def __init__(self, backbone: str, n_out: int, **backbone_kwargs):
        super().__init__()
        self.backbone = Backbone.create(backbone, **backbone_kwargs)
        self.head = nn.Linear(self.backbone.out_dim, n_out)


model = Model("rnn", 5, dim=20, width=80, depth=2)
