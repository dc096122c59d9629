import argparse
import importlib
from pathlib import Path

import yaml

from src.models.crnn import CRNN


def load_config(path):
    with open(path) as f:
        return yaml.safe_load(f)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default="configs/base.yaml")
    opt = parser.parse_args()
    cfg = load_config(opt.config)
    model = CRNN(cfg["data"]["n_mels"], len(cfg["data"]["labels"]), **cfg["model"]["args"])
    print(model)


if __name__ == "__main__":
    main()
