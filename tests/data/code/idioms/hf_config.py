import torch
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel


class RnnConfig(PretrainedConfig):
    model_type = "rnn"

    def __init__(self, vocab_size=30522, hidden_size=256, num_hidden_layers=3, bidirectional=True, num_labels=2, **kwargs):
        super().__init__(**kwargs)
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.num_hidden_layers = num_hidden_layers
        self.bidirectional = bidirectional
        self.num_labels = num_labels


class RnnPreTrainedModel(PreTrainedModel):
    config_class = RnnConfig
    base_model_prefix = "rnn"


class RnnForClassification(RnnPreTrainedModel):
    def __init__(self, config: RnnConfig):
        super().__init__(config)
        self.embed = nn.Embedding(config.vocab_size, config.hidden_size)
        self.rnn = nn.GRU(config.hidden_size, config.hidden_size, config.num_hidden_layers,
                          bidirectional=config.bidirectional, batch_first=True)
        directions = 2 if config.bidirectional else 1
        self.dropout = nn.Dropout(0.1)
        self.classifier = nn.Linear(directions * config.hidden_size, config.num_labels)
        self.post_init()

    def forward(self, input_ids, attention_mask=None, labels=None):
        x, _ = self.rnn(self.embed(input_ids))
        return self.classifier(self.dropout(x.mean(1)))
