"""Layers that are no cell, and connections around layers, by torch or by plain programs: goldens of test/model.

Writes layers/index.json: each case has the layer's options, its inputs x (rows x columns), its parameters, and dY, the gradient of its
outputs; and, computed in float64, its outputs and the gradients of x and of the parameters, and buffers before and after it. layers/connections.json has the same for
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


DENSE = {"weight": [4, COLUMNS], "bias": [4]}


def feed_forward(activation):
    return {"type": "feed-forward", "size": 4, "activation": activation}


def dense(f):
    return lambda x, weight, bias: f(nn.functional.linear(x, weight, bias))


class BatchNorm:
    """torch's batch normalization, with the running statistics that it begins with and those that it leaves."""

    def __init__(self, training):
        self.training = training
        self.before = {"running_mean": torch.linspace(-1, 1, COLUMNS, dtype=torch.float64),
                       "running_var": torch.linspace(0.5, 2, COLUMNS, dtype=torch.float64)}
        self.after = {name: values.clone() for name, values in self.before.items()}

    def __call__(self, x, weight, bias):
        mean, var = self.after.values()
        return nn.functional.batch_norm(x, mean, var, weight, bias, training=self.training, momentum=0.25, eps=0.01)


BATCH = {"type": "batch-normalization", "momentum": 0.25, "epsilon": 0.01}

CASES = {  # name -> (options of the layer, function of x and the parameters, shapes of the parameters)
    "layer normalization": ({"type": "normalization", "form": "layer"}, layer_norm, {"weight": [COLUMNS], "bias": [COLUMNS]}),
    "RMS normalization": ({"type": "normalization", "form": "rms", "epsilon": 0.01}, rms_norm, {"weight": [COLUMNS]}),
    "a feed-forward layer with relu": (feed_forward("relu"), dense(torch.relu), DENSE),
    "a feed-forward layer with tanh": (feed_forward("tanh"), dense(torch.tanh), DENSE),
    "a feed-forward layer with sigmoid": (feed_forward("sigmoid"), dense(torch.sigmoid), DENSE),
    "a feed-forward layer without activation": (feed_forward("none"), dense(lambda x: x), DENSE),
    "batch normalization in training": (BATCH, BatchNorm(True), {"weight": [COLUMNS], "bias": [COLUMNS]}),
    "batch normalization in evaluation": (BATCH, BatchNorm(False), {"weight": [COLUMNS], "bias": [COLUMNS]}),
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
        **({key: {name: values.tolist() for name, values in getattr(function, key).items()} for key in ("before", "after")}
           if isinstance(function, BatchNorm) else {}),
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
