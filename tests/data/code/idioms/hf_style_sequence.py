import torch
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel


class AsrConfig(PretrainedConfig):
    model_type = "tiny-asr"
    attribute_map = {"d_model": "hidden_size"}

    def __init__(self, vocab_size=32, num_mel_bins=80, hidden_size=256, num_hidden_layers=4, conv_dims=(64, 128), dropout=0.1, bidirectional=True, **kwargs):
        self.vocab_size = vocab_size
        self.num_mel_bins = num_mel_bins
        self.hidden_size = hidden_size
        self.num_hidden_layers = num_hidden_layers
        self.conv_dims = conv_dims
        self.dropout = dropout
        self.bidirectional = bidirectional
        super().__init__(**kwargs)

    @property
    def subsampled_bins(self):
        bins = self.num_mel_bins
        for _ in self.conv_dims:
            bins = (bins - 1) // 2 + 1
        return bins


class AsrPreTrainedModel(PreTrainedModel):
    config_class = AsrConfig
    base_model_prefix = "asr"

    def _init_weights(self, module):
        if isinstance(module, nn.Linear):
            module.weight.data.normal_(mean=0.0, std=0.02)
            if module.bias is not None:
                module.bias.data.zero_()


class AsrFeatureEncoder(nn.Module):
    def __init__(self, config: AsrConfig):
        super().__init__()
        dims = (1,) + tuple(config.conv_dims)
        self.layers = nn.ModuleList([nn.Conv2d(dims[i], dims[i + 1], 3, stride=2, padding=1) for i in range(len(dims) - 1)])
        self.out_dim = dims[-1] * config.subsampled_bins


class AsrModel(AsrPreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.feature_encoder = AsrFeatureEncoder(config)
        self.encoder = nn.LSTM(
            input_size=self.feature_encoder.out_dim,
            hidden_size=config.hidden_size,
            num_layers=config.num_hidden_layers,
            dropout=config.dropout if config.num_hidden_layers > 1 else 0.0,
            bidirectional=config.bidirectional,
            batch_first=True,
        )
        self.post_init()


class AsrForCTC(AsrPreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.asr = AsrModel(config)
        out = config.hidden_size * 2 if config.bidirectional else config.hidden_size
        self.dropout = nn.Dropout(config.dropout)
        self.lm_head = nn.Linear(out, self.config.vocab_size)
        self.post_init()
