"""Loads a Textloom model file into torch.nn.LSTM, torch.nn.GRU or torch.nn.RNN and prints what it answers to a few tokens.

The recurrent weights go in as they are: their names without the prefix `rnn.`, by load_state_dict(strict=True). The sizes come
from the file's metadata. Starts from a zero state and prints one JSON line: module, tokens and logits (tokens x vocabulary).

usage: python3 load_in_torch.py MODEL.safetensors [TOKEN ...]      (token numbers; default 0 1 2 3)
"""
import json
import sys

import torch
from torch import nn

import safetensors_io

PREFIX = "rnn."


def recurrent_module(model):
    """The torch module of a Textloom `model` config section."""
    H = model["hiddenSize"]
    sizes = (model.get("embeddingSize", H), H, model["layers"])
    cell = model["cell"]
    if cell["type"] == "lstm":
        return nn.LSTM(*sizes)
    if cell["type"] == "gru" and cell["reset"] == "after":
        return nn.GRU(*sizes)
    if cell["type"] == "rnn":
        return nn.RNN(*sizes, nonlinearity=cell["nonlinearity"])
    raise SystemExit(f"torch.nn has no cell like {json.dumps(cell)}")


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    arrays, metadata = safetensors_io.read(sys.argv[1])
    tokens = [int(token) for token in sys.argv[2:]] or [0, 1, 2, 3]
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}

    rnn = recurrent_module(json.loads(metadata["config"])["model"])
    rnn.load_state_dict({name[len(PREFIX):]: t for name, t in tensors.items() if name.startswith(PREFIX)}, strict=True)
    embedding = tensors["encoder.weight"]
    decoder = tensors.get("decoder.weight", embedding)  # tied weights are stored once
    with torch.no_grad():
        hidden, _ = rnn(embedding[tokens].unsqueeze(1))
        logits = hidden.squeeze(1) @ decoder.T + tensors["decoder.bias"]
    print(json.dumps({"module": type(rnn).__name__, "tokens": tokens, "logits": logits.tolist()}))


if __name__ == "__main__":
    main()
