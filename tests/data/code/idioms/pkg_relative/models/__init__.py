from .encoder import Encoder
from .decoder import *

__all__ = ["Encoder", "Decoder", "build"]


def build(hp):
    return Decoder(Encoder(hp["n_in"], hp["hid"]), hp["n_out"])
