"""Layers that are no cell, by torch or by plain programs: goldens of test/model/layers.

Writes layers/index.json: each case has the layer's options, its inputs x (rows x columns), its parameters, and dY, the gradient of its
outputs; and, computed in float64, its outputs, the gradients of x and of the parameters, and the buffers after the window.
"""
import json
from pathlib import Path

import torch
from torch import nn

FOLDER = Path(__file__).parent / "layers"
ROWS, COLUMNS = 6, 5


def layer_norm(x, weight, bias):
    return nn.functional.layer_norm(x, x.shape[-1:], weight, bias, 1e-5)


def rms_norm(x, weight):
    return weight * x / torch.sqrt((x * x).mean(-1, keepdim=True) + 0.01)


CASES = {  # name -> (options of the layer, function of x and the parameters, shapes of the parameters)
    "layer normalization": ({"type": "normalization", "form": "layer"}, layer_norm, {"weight": [COLUMNS], "bias": [COLUMNS]}),
    "RMS normalization": ({"type": "normalization", "form": "rms", "epsilon": 0.01}, rms_norm, {"weight": [COLUMNS]}),
}


def drawn(shape, generator):
    return torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()


def main():
    FOLDER.mkdir(exist_ok=True)
    generator = torch.Generator().manual_seed(3)
    index = []
    for name, (options, function, shapes) in CASES.items():
        x = drawn([ROWS, COLUMNS], generator)
        parameters = {key: drawn(shape, generator) for key, shape in shapes.items()}
        y = function(x, **parameters)
        dy = torch.randn(y.shape, generator=generator, dtype=torch.float64)
        y.backward(dy)
        index.append({
            "name": name,
            "layer": options,
            "x": x.tolist(),
            "parameters": {key: value.tolist() for key, value in parameters.items()},
            "dY": dy.tolist(),
            "output": y.tolist(),
            "gradients": {"x": x.grad.tolist(), **{key: value.grad.tolist() for key, value in parameters.items()}},
        })
    (FOLDER / "index.json").write_text(json.dumps(index) + "\n")


if __name__ == "__main__":
    main()
