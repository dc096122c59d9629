import torch
import torch.nn as nn
from collections import namedtuple

Genotype = namedtuple('Genotype', 'recurrent concat')
DARTS_V2 = Genotype(recurrent=[('sigmoid', 0), ('relu', 1), ('relu', 1), ('identity', 1), ('tanh', 2), ('sigmoid', 5), ('tanh', 3), ('relu', 5)], concat=range(1, 9))
DARTS = DARTS_V2
INITRANGE = 0.04


class DARTSCell(nn.Module):

    def __init__(self, ninp, nhid, genotype):
        super(DARTSCell, self).__init__()
        self.nhid = nhid
        self.genotype = genotype

        # genotype is None when doing arch search
        steps = len(self.genotype.recurrent) if self.genotype is not None else STEPS
        self._W0 = nn.Parameter(torch.Tensor(ninp + nhid, 2 * nhid).uniform_(-INITRANGE, INITRANGE))
        self._Ws = nn.ParameterList([
            nn.Parameter(torch.Tensor(nhid, 2 * nhid).uniform_(-INITRANGE, INITRANGE)) for i in range(steps)
        ])


cell = DARTSCell(300, 300, DARTS)
