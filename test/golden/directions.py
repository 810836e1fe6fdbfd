"""A bidirectional language model, by plain torch: golden of test/model/stacks.test.ts.

Writes directions.json: two LSTMs, of which each reads its own window, share an embedding and a linear layer with a softmax. Parameters by
Textloom's names, the windows and states of both (time-major), the losses of both, and the gradients of their mean. In float64.
usage: python3 directions.py
"""
import json
from pathlib import Path

import torch

V, E, H, T, B = 7, 4, 5, 4, 2

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)
encoder = torch.nn.Embedding(V, E)
decoder = torch.nn.Linear(H, V)
stacks = {"": torch.nn.LSTM(E, H), "backward.": torch.nn.LSTM(E, H)}

parameters = {"encoder.weight": encoder.weight, "decoder.weight": decoder.weight, "decoder.bias": decoder.bias}
inputs, results, losses = {}, {}, []
for prefix, lstm in stacks.items():
    parameters.update({f"{prefix}rnn.{name}": parameter for name, parameter in lstm.named_parameters()})
    tokens, targets = torch.randint(V, (T, B)), torch.randint(V, (T, B))
    h, c = torch.randn(1, B, H), torch.randn(1, B, H)
    output, (last_h, last_c) = lstm(encoder(tokens), (h, c))
    loss = torch.nn.functional.cross_entropy(decoder(output).reshape(T * B, V), targets.reshape(-1))
    losses.append(loss)
    inputs.update({f"{prefix}tokens": tokens, f"{prefix}targets": targets, f"{prefix}h.0": h, f"{prefix}c.0": c})
    results.update({f"next.{prefix}h.0": last_h, f"next.{prefix}c.0": last_c})

mean = sum(losses) / 2
mean.backward()
results.update({"loss": mean, "loss.forward": losses[0], "loss.backward": losses[1]})
results.update({f"gradient.{name}": parameter.grad for name, parameter in parameters.items()})

flat = lambda tensors: {name: tensor.detach().flatten().tolist() for name, tensor in tensors.items()}
golden = {
    "sizes": {"vocabulary": V, "embedding": E, "hidden": H, "steps": T, "batch": B},
    "parameters": flat(parameters),
    "inputs": flat(inputs),
    "results": flat(results),
}
Path(__file__).with_name("directions.json").write_text(json.dumps(golden) + "\n")
