import json
import os
from pathlib import Path
import torch.nn as nn
from net import Recognizer

CFG_PATH = os.path.join(os.path.dirname(__file__), "cfg.json")
cfg = json.load(open(CFG_PATH))
model = Recognizer(**cfg["model"])
