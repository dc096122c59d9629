import hydra
import torch.nn as nn
from omegaconf import DictConfig, OmegaConf


class Classifier(nn.Module):
    def __init__(self, cfg: DictConfig):
        super().__init__()
        self.lstm = nn.LSTM(cfg.model.input_dim, cfg.model.hidden, cfg.model.num_layers)
        self.fc = nn.Linear(cfg.model.hidden, cfg.data.num_classes)


@hydra.main(config_path="conf", config_name="config")
def main(cfg: DictConfig) -> None:
    print(OmegaConf.to_yaml(cfg))
    model = Classifier(cfg)


if __name__ == "__main__":
    main()
