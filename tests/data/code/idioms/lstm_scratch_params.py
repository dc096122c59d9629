import math
import torch
import torch.nn as nn
from torch.nn import Parameter
from torch.nn import init


class NaiveLSTM(nn.Module):
    """Naive LSTM like nn.LSTM"""
    def __init__(self, input_size: int, hidden_size: int):
        super(NaiveLSTM, self).__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size

        # input gate
        for gate in "ifgo":
            setattr(self, f"w_i{gate}", Parameter(torch.Tensor(hidden_size, input_size)))
            setattr(self, f"w_h{gate}", Parameter(torch.Tensor(hidden_size, hidden_size)))
            setattr(self, f"b_{gate}", Parameter(torch.Tensor(hidden_size, 1)))
        self.register_parameter("peephole", None)
        self.reset_weigths()

    def reset_weigths(self):
        """reset weights"""
        stdv = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -stdv, stdv)


class StackedLSTM(nn.Module):
    def __init__(self, input_sz, hidden_sz, depth=2):
        super().__init__()
        cells = []
        for d in range(depth):
            cells.append(NaiveLSTM(input_sz if not d else hidden_sz, hidden_sz))
        self.cells = nn.ModuleList(cells)
        self.h0 = nn.Parameter(torch.zeros(depth, 1, hidden_sz), requires_grad=False)
