"""Evaluates a Textloom model file, or the weights of `textloom export --to pytorch`, on token ids with torch.

Exact: one stream, the state carried from the first id to the last, every id but the first predicted once, losses added in
float64. Prints one JSON line: tokens (predictions), natsPerToken and perplexity.

usage: python3 evaluate_in_torch.py MODEL.safetensors IDS      (IDS: a file of little-endian int32)
"""
import json
import math
import sys

import numpy
import torch
from torch import nn

import safetensors_io
from language_model import LanguageModel

WINDOW = 100  # predictions at once: only the last bits depend on it


def cell_name(cell):
    """As language_model.py calls what a config says."""
    return cell["type"] + {"gru": "-" + cell.get("reset", ""), "rnn": "-" + cell.get("nonlinearity", "")}.get(cell["type"], "")


def load(path):
    """The torch module of a file, and its zero state."""
    arrays, metadata = safetensors_io.read(path)
    config = json.loads(metadata["model"]) if "model" in metadata else json.loads(metadata["config"])["model"]
    V, E = arrays["encoder.weight"].shape
    H, L = config["hiddenSize"], config["layers"]
    tied = "decoder.weight" not in arrays
    model = LanguageModel(cell_name(config["cell"]), V, E, H, L, tied)
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    if tied:
        tensors["decoder.weight"] = tensors["encoder.weight"]
    model.load_state_dict(tensors, strict=True)
    zero = torch.zeros(L, 1, H)
    return model, (zero, zero) if config["cell"]["type"] == "lstm" else zero


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    model, state = load(sys.argv[1])
    ids = torch.from_numpy(numpy.fromfile(sys.argv[2], dtype="<i4").astype("int64"))
    nats = 0.0
    with torch.no_grad():
        for start in range(0, len(ids) - 1, WINDOW):
            targets = ids[start + 1 : start + 1 + WINDOW]
            logits, state = model(ids[start : start + len(targets)].unsqueeze(1), state)
            losses = nn.functional.cross_entropy(logits.squeeze(1), targets, reduction="none")
            nats += losses.double().sum().item()
    tokens = len(ids) - 1
    print(json.dumps({"tokens": tokens, "natsPerToken": nats / tokens, "perplexity": math.exp(nats / tokens)}))


if __name__ == "__main__":
    main()
