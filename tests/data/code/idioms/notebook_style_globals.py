# In[1]:
get_ipython().run_line_magic('matplotlib', 'inline')
import torch
from torch import nn
import numpy as np
batch_size, seq_len = 32, 12
n_letters = len("abcdefghijklmnopqrstuvwxyz .,;'")
rnn = nn.RNN(input_size=n_letters, hidden_size=128, num_layers=1, batch_first=True)
# In[2]:
x = torch.randn(batch_size, seq_len, n_letters)
out, h = rnn(x)
linear = nn.Linear(out.shape[-1], 18)
class Wrap(nn.Module):
    def __init__(self, rnn, linear):
        super().__init__()
        self.rnn = rnn
        self.linear = linear
net = Wrap(rnn, linear)
