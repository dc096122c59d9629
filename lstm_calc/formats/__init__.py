"""Text into a model and back: the notation, model files, configurations of Keras."""
