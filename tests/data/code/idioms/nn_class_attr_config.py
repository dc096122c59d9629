import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Config(object):

    """配置参数"""
    dataset = 'THUCNews'
    model_name = 'TextRNN_Att'
    class_list = ['finance', 'realty', 'stocks', 'education', 'science']
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    dropout = 0.5
    require_improvement = 1000
    num_classes = len(class_list)
    num_epochs = 10
    batch_size = 128
    pad_size = 32
    learning_rate = 1e-3
    embed = 300
    hidden_size = 128
    num_layers = 2
    hidden_size2 = 64


'''Attention-Based Bidirectional Long Short-Term Memory Networks for Relation Classification'''


class BiLSTM_Attention(nn.Module):
    def __init__(self, config, n_vocab):
        super(BiLSTM_Attention, self).__init__()
        self.embedding = nn.Embedding(n_vocab, config.embed, padding_idx=n_vocab - 1)
        self.lstm = nn.LSTM(config.embed, config.hidden_size, config.num_layers,
                            bidirectional=True, batch_first=True, dropout=config.dropout)
        self.tanh1 = nn.Tanh()
        # self.u = nn.Parameter(torch.Tensor(config.hidden_size * 2, config.hidden_size * 2))
        self.w = nn.Parameter(torch.zeros(config.hidden_size * 2))
        self.tanh2 = nn.Tanh()
        self.fc1 = nn.Linear(config.hidden_size * 2, config.hidden_size2)
        self.fc = nn.Linear(config.hidden_size2, config.num_classes)


def build(n_vocab):
    config = Config()
    return BiLSTM_Attention(config, n_vocab)
