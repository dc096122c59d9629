"""Weights: files of them read, layers found in them, and arrays moved between frameworks."""
