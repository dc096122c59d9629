import json
import torch.nn as nn
from deepspeech_ordered import DeepSpeech, supported_rnns

args = {"rnn": "gru", "hidden": 400, "layers": 3, "sr": 8000, "window": .02}
labels = list("_'abcdefghijklmnopqrstuvwxyz ")
model = DeepSpeech(rnn_hidden_size=args["hidden"],
                   nb_layers=args["layers"],
                   labels=labels,
                   rnn_type=supported_rnns[args["rnn"].lower()],
                   audio_conf=dict(sample_rate=args["sr"], window_size=args["window"]),
                   bidirectional=False)
