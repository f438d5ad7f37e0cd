"""Measures one fine-tuning benchmark in one process and writes raw events; everything is judged elsewhere."""

__version__ = "0.1.0"

PROTOCOL_VERSION = 1
