import math
import torch
import torch.nn as nn

class CustomLSTM(nn.Module):
    def __init__(self, input_sz, hidden_sz):
        super().__init__()
        self.input_sz = input_sz
        self.hidden_size = hidden_sz
        self.W = nn.Parameter(torch.Tensor(input_sz, hidden_sz * 4))
        self.U = nn.Parameter(torch.Tensor(hidden_sz, hidden_sz * 4))
        self.bias = nn.Parameter(torch.Tensor(hidden_sz * 4))
        self.init_weights()

    def init_weights(self):
        stdv = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            weight.data.uniform_(-stdv, stdv)

class Net(nn.Module):
    def __init__(self, max_features=3000):
        super().__init__()
        self.embedding = nn.Embedding(max_features + 1, 32)
        self.lstm = CustomLSTM(32, 32)
        self.fc1 = nn.Linear(32, 2)
