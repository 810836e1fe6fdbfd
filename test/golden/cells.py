"""Writes cells/<name>.safetensors and cells/index.json: one window through a language model of every cell, with all gradients.

Everything is computed in float64 from parameters and states that are float32 numbers, then rounded to float32.
usage: python3 cells.py
"""
import json
from pathlib import Path

import torch

import safetensors_io
from language_model import CELLS, LanguageModel, fill_uniform, mean_cross_entropy

FOLDER = Path(__file__).parent / "cells"
SMALL = {"vocabularySize": 11, "embeddingSize": 5, "hiddenSize": 7, "layers": 2, "batchSize": 3, "sequenceLength": 4}
LARGE = {"vocabularySize": 13, "embeddingSize": 8, "hiddenSize": 12, "layers": 3, "batchSize": 2, "sequenceLength": 5}
TIED = {"vocabularySize": 11, "embeddingSize": 9, "hiddenSize": 9, "layers": 2, "batchSize": 3, "sequenceLength": 4}


def golden(cell, size, tied, seed):
    V, E, H, layers, B, T = size.values()
    generator = torch.Generator().manual_seed(seed)
    model = LanguageModel(cell, V, E, H, layers, tied).double()
    fill_uniform(model, 0.6, generator)

    inputs = torch.randint(V, (T, B), generator=generator)
    targets = torch.randint(V, (T, B), generator=generator)
    names = ("h0", "c0") if cell == "lstm" else ("h0",)
    state = [(torch.rand(layers, B, H, generator=generator, dtype=torch.float32) * 2 - 1).double().requires_grad_() for _ in names]

    logits, final = model(inputs, tuple(state) if cell == "lstm" else state[0])
    loss = mean_cross_entropy(logits, targets)
    loss.backward()

    finals = final if cell == "lstm" else (final,)
    parameters = dict(model.named_parameters())
    arrays = {
        **parameters,
        "logits": logits,
        "loss": loss,
        **{f"state.{name}": array for name, array in zip(names, state)},
        **{f"final.{name[0]}": array for name, array in zip(names, finals)},
        **{f"grad.{name}": parameter.grad for name, parameter in parameters.items()},
        **{f"grad.state.{name}": array.grad for name, array in zip(names, state)},
    }
    tensors = {name: array.detach().float().numpy() for name, array in arrays.items()}
    return {**tensors, "inputs": inputs.int().numpy(), "targets": targets.int().numpy()}


def main():
    FOLDER.mkdir(exist_ok=True)
    cases = [(f"{cell}-{label}", cell, size, False) for cell in CELLS for label, size in (("small", SMALL), ("large", LARGE))]
    cases.append(("lstm-tied", "lstm", TIED, True))
    for seed, (name, cell, size, tied) in enumerate(cases, start=1):
        metadata = {"script": "cells.py", "torch": torch.__version__, "seed": str(seed)}
        safetensors_io.write(FOLDER / f"{name}.safetensors", golden(cell, size, tied, seed), metadata)
    index = [{"name": name, "cell": CELLS[cell], **size, "tieWeights": tied} for name, cell, size, tied in cases]
    (FOLDER / "index.json").write_text(json.dumps(index, indent=2) + "\n")


if __name__ == "__main__":
    main()
