import torch, torch.nn as nn
class Enc(nn.Module):
    def __init__(self, n, d):
        super().__init__()
        self.r = nn.GRU(n, d)
class Dec(nn.Module):
    def __init__(self, d, n):
        super().__init__()
        self.r = nn.GRU(n, d)
        self.o = nn.Linear(d, n)
class S2S(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
def run(epochs=3):
    enc = Enc(10, 32)
    dec = Dec(32, 12)
    net = S2S(enc, dec).cuda()
    opt = torch.optim.Adam(net.parameters())
    for e in range(epochs):
        pass
if __name__ == '__main__':
    run()
