"""Layers that are no cell, and connections around layers, by torch or by plain programs: goldens of test/model.

Writes layers/index.json: each case has the layer's options, its inputs x (rows x columns), its parameters, and dY, the gradient of its
outputs; and, computed in float64, its outputs and the gradients of x and of the parameters. layers/connections.json has the same for
connections, with x and y, the inputs and outputs of a layer.
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


def highway(x, y, highway_weight, highway_bias):
    gate = torch.sigmoid(nn.functional.linear(x, highway_weight, highway_bias))
    return gate * y + (1 - gate) * x


CONNECTIONS = {  # name -> (connection, function of x, y and the parameters, shapes of the parameters)
    "residual": ("residual", lambda x, y: x + y, {}),
    "highway": ("highway", highway, {"highway_weight": [COLUMNS, COLUMNS], "highway_bias": [COLUMNS]}),
    "dense": ("dense", lambda x, y: torch.cat((x, y), 1), {}),
}


def drawn(shape, generator):
    return torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()


def golden(generator, function, shapes, names):
    inputs = {name: drawn([ROWS, COLUMNS], generator) for name in names}
    parameters = {name: drawn(shape, generator) for name, shape in shapes.items()}
    output = function(**inputs, **parameters)
    dy = torch.randn(output.shape, generator=generator, dtype=torch.float64)
    output.backward(dy)
    return {
        **{name: value.tolist() for name, value in inputs.items()},
        "parameters": {name: value.tolist() for name, value in parameters.items()},
        "dY": dy.tolist(),
        "output": output.tolist(),
        "gradients": {name: value.grad.tolist() for name, value in {**inputs, **parameters}.items()},
    }


def main():
    FOLDER.mkdir(exist_ok=True)
    generator = torch.Generator().manual_seed(3)
    layers = [{"name": name, "layer": options, **golden(generator, function, shapes, ["x"])}
              for name, (options, function, shapes) in CASES.items()]
    (FOLDER / "index.json").write_text(json.dumps(layers) + "\n")
    generator = torch.Generator().manual_seed(4)
    connections = [{"name": name, "connection": connection, **golden(generator, function, shapes, ["x", "y"])}
                   for name, (connection, function, shapes) in CONNECTIONS.items()]
    (FOLDER / "connections.json").write_text(json.dumps(connections) + "\n")


if __name__ == "__main__":
    main()
