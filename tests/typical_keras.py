"""Models of Keras the way people write them, of random sizes: ``make(keras, kind, seed)``.

Written from Keras' documentation and its examples, without a look at how lstm-calc reads a configuration.
"""

from __future__ import annotations

import random
from typing import Any

from tests import typical_images, typical_sequences
from tests.typical_parts import KINDS

__all__ = ["KINDS", "make", "typical_images", "typical_sequences"]


def make(keras: Any, name: str, seed: int) -> Any:
    """Return a model of a kind; the same seed gives the same model. Names of layers count anew from each model on."""
    keras.backend.clear_session()
    return KINDS[name](keras, random.Random(f"{name} {seed}"))
