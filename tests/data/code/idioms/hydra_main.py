import hydra
import torch.nn as nn
class Net(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.rnn = nn.GRU(cfg.model.n_in, cfg.model.hidden)
@hydra.main(config_path="conf")
def main(cfg):
    net = Net(cfg)
if __name__ == "__main__":
    main()
