import yaml
import torch.nn as nn
with open('config.yml') as f:
    cfg = yaml.safe_load(f)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        m = cfg['model']
        self.rnn = nn.LSTM(m['input_size'], m['hidden'], m.get('layers', 2))
        self.fc = nn.Linear(m['hidden'], cfg['n_out'])
