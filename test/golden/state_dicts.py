"""Language models with the names that other people's programs give their parameters: the goldens of `textloom import`.

Writes state-dicts/NAME.safetensors and state-dicts/index.json, in which each case has its tokens (T) and torch's logits (T x V) from
a zero state, computed in float64 from the numbers in the file.
"""
import json
from pathlib import Path

import torch
from torch import nn

import safetensors_io

FOLDER = Path(__file__).parent / "state-dicts"
V, E, H = 7, 5, 6
TOKENS = [3, 1, 4, 1, 5, 2, 6, 0]


class Usual(nn.Module):
    """Embedding, recurrent layers, linear decoder, under names of choice."""

    def __init__(self, names, recurrent, embedding_size=E, bias=True, tied=False):
        super().__init__()
        self.names = names
        embedding, rnn, decoder = names
        self.add_module(embedding, nn.Embedding(V, embedding_size))
        self.add_module(rnn, recurrent)
        self.add_module(decoder, nn.Linear(H, V, bias=bias))
        if tied:
            getattr(self, decoder).weight = getattr(self, embedding).weight

    def forward(self, tokens):
        embedding, rnn, decoder = (getattr(self, name) for name in self.names)
        return decoder(rnn(embedding(tokens).unsqueeze(1))[0].squeeze(1))


class Projected(nn.Module):
    """A decoder that is tied to an embedding of another size than the layers, through a projection."""

    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.0)
        self.emb = nn.Embedding(V, E)
        self.lstm = nn.LSTM(E, H, 2)
        self.proj = nn.Linear(H, E, bias=False)
        self.decoder = nn.Linear(E, V)
        self.decoder.weight = self.emb.weight

    def forward(self, tokens):
        hidden = self.lstm(self.emb(tokens).unsqueeze(1))[0].squeeze(1)
        return self.decoder(self.proj(hidden))


class OneHot(nn.Module):
    """Reads one-hot vectors, without an embedding."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(V, H)
        self.fc = nn.Linear(H, V)

    def forward(self, tokens):
        one_hot = nn.functional.one_hot(tokens, V).to(self.fc.weight.dtype)
        return self.fc(self.lstm(one_hot.unsqueeze(1))[0].squeeze(1))


class Cells(nn.Module):
    """Two LSTM cells, stepped by hand."""

    def __init__(self):
        super().__init__()
        self.char_embedding = nn.Embedding(V, E)
        self.cell1 = nn.LSTMCell(E, H)
        self.cell2 = nn.LSTMCell(H, H)
        self.to_logits = nn.Linear(H, V)

    def forward(self, tokens):
        first, second, logits = None, None, []
        for x in self.char_embedding(tokens):
            first = self.cell1(x.unsqueeze(0), first)
            second = self.cell2(first[0], second)
            logits.append(self.to_logits(second[0]))
        return torch.cat(logits)


class Layered(nn.Module):
    """A module for each layer, in a list, and names deep inside others."""

    def __init__(self):
        super().__init__()
        self.backbone = nn.ModuleDict({"wte": nn.Embedding(V, E), "rnns": nn.ModuleList([nn.GRU(E, H), nn.GRU(H, H)])})
        self.lm_head = nn.Linear(H, V, bias=False)

    def forward(self, tokens):
        x = self.backbone["wte"](tokens).unsqueeze(1)
        for rnn in self.backbone["rnns"]:
            x, _ = rnn(x)
        return self.lm_head(x.squeeze(1))


CASES = {  # name -> (model, dtype, prefix of all names, what Textloom should find)
    "data-parallel-lstm": (Usual(("encoder", "rnn", "decoder"), nn.LSTM(E, H, 2)), torch.float32, "module.",
                           {"cell": {"type": "lstm"}, "layers": 2, "embeddingSize": E, "tieWeights": False}),
    "tied-gru-half": (Usual(("embed", "gru", "out"), nn.GRU(H, H), H, tied=True), torch.float16, "",
                      {"cell": {"type": "gru", "reset": "after"}, "layers": 1, "embeddingSize": H, "tieWeights": True}),
    "rnn-without-biases": (Usual(("word_embeddings", "elman", "head"), nn.RNN(E, H, 2, bias=False), bias=False), torch.float64, "model.",
                           {"cell": {"type": "rnn", "nonlinearity": "tanh"}, "layers": 2, "embeddingSize": E, "tieWeights": False}),
    "one-hot-lstm": (OneHot(), torch.float32, "",
                     {"cell": {"type": "lstm"}, "layers": 1, "embeddingSize": V, "tieWeights": False}),
    "lstm-cells": (Cells(), torch.float32, "",
                   {"cell": {"type": "lstm"}, "layers": 2, "embeddingSize": E, "tieWeights": False}),
    "list-of-grus": (Layered(), torch.float32, "_orig_mod.",
                     {"cell": {"type": "gru", "reset": "after"}, "layers": 2, "embeddingSize": E, "tieWeights": False}),
    "tied-projection": (Projected(), torch.float32, "",
                        {"cell": {"type": "lstm"}, "layers": 2, "embeddingSize": E, "tieWeights": True}),
}


def main():
    FOLDER.mkdir(exist_ok=True)
    generator = torch.Generator().manual_seed(5)
    index = []
    for name, (model, dtype, prefix, expected) in CASES.items():
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(torch.rand(parameter.shape, generator=generator) * 1.6 - 0.8)
            model.to(dtype)
            arrays = {prefix + key: value.numpy().copy() for key, value in model.state_dict().items()}
            logits = model.double()(torch.tensor(TOKENS))
        safetensors_io.write(FOLDER / f"{name}.safetensors", arrays, {"format": "pt"})
        model_options = {"vocabularySize": V, "hiddenSize": H, **expected}
        index.append({"name": name, "model": model_options, "tokens": TOKENS, "logits": logits.tolist()})
    (FOLDER / "index.json").write_text(json.dumps(index, indent=1) + "\n")


if __name__ == "__main__":
    main()
