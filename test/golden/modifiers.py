"""Writes modifiers/<name>.safetensors and modifiers/index.json: one window through a language model whose recurrent layers have modifiers.

Every equation is written down in plain torch statements, for one step after the other; the gradients are torch's autograd. Masks are
drawn here and are part of the golden. Everything is computed in float64 from float32 numbers, then rounded to float32.
usage: python3 modifiers.py
"""
import json
from pathlib import Path

import torch
from torch.nn.functional import batch_norm, cross_entropy, layer_norm

import safetensors_io

FOLDER = Path(__file__).parent / "modifiers"
V, E, H, B, T = 11, 5, 6, 3, 4
SIZES = {"vocabularySize": V, "batchSize": B, "sequenceLength": T}

# name, the layer as in a config's `model.layers`, the embedding's dropout, whether the window is one of training
CASES = [
    ("layer-norm-lstm", {"type": "lstm", "normalization": "layer"}, 0, True),
    ("layer-norm-gru", {"type": "gru", "normalization": "layer"}, 0, True),
    ("rms-norm-lstm", {"type": "lstm", "normalization": "rms"}, 0, True),
    ("locked-dropout", {"type": "lstm", "dropout": {"output": 0.4, "input": 0.2, "state": 0.3, "update": 0.25, "span": "window"}},
     {"input": 0.3, "word": 0.2, "span": "window"}, True),
    ("weight-drop", {"type": "lstm", "dropout": {"weight": 0.5}}, 0, True),
    ("zoneout", {"type": "lstm", "zoneout": {"h": 0.2, "c": 0.5}}, 0, True),
    ("zoneout-expectation", {"type": "lstm", "zoneout": {"h": 0.2, "c": 0.5}}, 0, False),
    ("batch-norm-lstm", {"type": "lstm", "normalization": "batch"}, 0, True),
    ("batch-norm-gru", {"type": "gru", "normalization": "batch"}, 0, True),
    ("batch-norm-lstm-evaluation", {"type": "lstm", "normalization": "batch"}, 0, False),
]


def rms_norm(x, _, gain, bias=None):
    y = x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5) * gain
    return y if bias is None else y + bias


class Window:
    """Parameters, masks and the forward equations of one case."""

    def __init__(self, layer, embedding_dropout, training, generator):
        self.layer, self.training, self.generator = layer, training, generator
        self.dropout = {"output": 0, "input": 0, "state": 0, "update": 0, "weight": 0, "span": "step", **layer.get("dropout", {})}
        self.words = embedding_dropout or {"input": 0, "word": 0, "span": "step"}
        self.zoneout = layer.get("zoneout", {})
        self.masks = {}
        gates = 4 if layer["type"] == "lstm" else 3
        shapes = {"encoder.weight": (V, E), "rnn.weight_ih_l0": (gates * H, E), "rnn.weight_hh_l0": (gates * H, H),
                  "rnn.bias_ih_l0": (gates * H,), "rnn.bias_hh_l0": (gates * H,)}
        normalization = layer.get("normalization", "none")
        if normalization == "batch":
            shapes["rnn.gain_ih_l0"] = (gates * H,)
        elif normalization != "none":
            shapes.update({"rnn.gain_ih_l0": (gates * H,), "rnn.gain_hh_l0": (gates * H,)})
            if layer["type"] == "lstm":
                shapes["rnn.gain_c_l0"] = (H,)
                if normalization == "layer":
                    shapes["rnn.bias_c_l0"] = (H,)
        shapes.update({"decoder.weight": (V, H), "decoder.bias": (V,)})
        self.normalize = {"layer": layer_norm, "rms": rms_norm}.get(normalization)
        self.parameters = {name: self.uniform(shape).requires_grad_() for name, shape in shapes.items()}
        # Running statistics before the window, and what batch normalization makes of them.
        self.buffers = {}
        if normalization == "batch":
            self.buffers = {"rnn.running_mean_ih_l0": self.uniform((gates * H,)), "rnn.running_var_ih_l0": self.uniform((gates * H,)).abs() + 0.5}
        self.running = {name: value.clone() for name, value in self.buffers.items()}
        self.state = {name: self.uniform((B, H)).requires_grad_() for name in (("h", "c") if layer["type"] == "lstm" else ("h",))}

    def uniform(self, shape):
        return ((torch.rand(shape, generator=self.generator) * 2 - 1) * 0.6).float().double()

    def own(self, name):
        return self.parameters[f"rnn.{name}_l0"]

    def mask(self, name, rate, shape):
        """0 with probability rate, else 1 / (1 - rate). Undefined where nothing is dropped."""
        if rate == 0 or not self.training:
            return None
        kept = torch.rand(shape, generator=self.generator) >= rate
        self.masks[name] = (kept.double() / (1 - rate)).float().double()
        return self.masks[name]

    def product(self, x, name, weight=None):
        W, b = self.own(f"weight_{name}") if weight is None else weight, self.own(f"bias_{name}")
        if self.normalize is None:
            return x @ W.T + b
        return self.normalize(x @ W.T, (len(W),), self.own(f"gain_{name}"), b)

    def input_products(self, x):
        """Those of all steps: batch normalization is over time and batch together."""
        if not self.running:
            return [self.product(now, "ih") for now in x]
        products = (x @ self.own("weight_ih").T).flatten(0, 1)
        mean, variance = self.running.values()
        normalized = batch_norm(products, mean, variance, self.own("gain_ih"), training=self.training, momentum=0.1, eps=1e-5)
        return (normalized + self.own("bias_ih")).unflatten(0, (T, B))

    def forward(self, tokens):
        words, rates, zoneout = self.words, self.dropout, self.zoneout
        times = lambda x, m: x if m is None else x * m
        # Masks in the order in which a model asks for them.
        word = self.mask("word", words["word"], (V, 1))
        embedded = self.mask("embedded", words["input"], (B, E))
        inputs = self.mask("input", rates["input"], (B, E))
        weight = self.mask("weight", rates["weight"], tuple(self.own("weight_hh").shape))
        zones = {name: self.mask(f"zoneout.{name}", rate, (T, B, H)) for name, rate in zoneout.items()}
        state = self.mask("state", rates["state"], (B, H))
        update = self.mask("update", rates["update"], (B, H))
        output = self.mask("output", rates["output"], (B, H))

        x = times(self.parameters["encoder.weight"], word)[tokens]
        x = times(times(x, embedded), inputs)
        U = times(self.own("weight_hh"), weight)
        now = dict(self.state)
        outputs = []
        ahead = self.input_products(x)
        for t in range(T):
            xs, hs = ahead[t], self.product(times(now["h"], state), "hh", U)
            if self.layer["type"] == "lstm":
                i, f, g, o = (xs + hs).chunk(4, -1)
                c = torch.sigmoid(f) * now["c"] + torch.sigmoid(i) * times(torch.tanh(g), update)
                shown = c
                if self.normalize is not None:
                    shown = self.normalize(c, (H,), self.own("gain_c"), self.own("bias_c") if self.normalize is layer_norm else None)
                after = {"h": torch.sigmoid(o) * torch.tanh(shown), "c": c}
            else:
                (xr, xz, xn), (hr, hz, hn) = xs.chunk(3, -1), hs.chunk(3, -1)
                r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
                after = {"h": (1 - z) * torch.tanh(xn + r * hn) + z * now["h"]}
            for name, rate in zoneout.items():
                # d = 1 where the old value stays: with a mask where it is 0, after training its expectation.
                d = (zones[name][t] == 0).double() if self.training else rate
                after[name] = d * now[name] + (1 - d) * after[name]
            now = after
            outputs.append(times(now["h"], output))
        return torch.stack(outputs) @ self.parameters["decoder.weight"].T + self.parameters["decoder.bias"], now


def golden(layer, embedding_dropout, training, seed):
    generator = torch.Generator().manual_seed(seed)
    window = Window(layer, embedding_dropout, training, generator)
    tokens, targets = (torch.randint(V, (T, B), generator=generator) for _ in range(2))
    logits, final = window.forward(tokens)
    loss = cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss.backward()
    arrays = {
        **window.parameters,
        **{f"state.{name}": value for name, value in window.state.items()},
        **{f"final.{name}": value for name, value in final.items()},
        **{f"mask.{i}": mask.reshape(-1, mask.shape[-1]) for i, mask in enumerate(window.masks.values())},
        **window.buffers,
        **({f"buffer.{name}": value for name, value in window.running.items()} if training else {}),
        "logits": logits,
        "loss": loss,
        **{f"grad.{name}": value.grad for name, value in window.parameters.items()},
    }
    tensors = {name: array.detach().float().numpy() for name, array in arrays.items()}
    return {**tensors, "inputs": tokens.int().numpy(), "targets": targets.int().numpy()}


def main():
    FOLDER.mkdir(exist_ok=True)
    index = []
    for seed, (name, layer, embedding_dropout, training) in enumerate(CASES, start=1):
        metadata = {"script": "modifiers.py", "torch": torch.__version__, "seed": str(seed)}
        safetensors_io.write(FOLDER / f"{name}.safetensors", golden(layer, embedding_dropout, training, seed), metadata)
        embedding = {"size": E, "dropout": embedding_dropout}
        index.append({"name": name, "embedding": embedding, "layers": [{**layer, "size": H}], **SIZES, "training": training})
    (FOLDER / "index.json").write_text(json.dumps(index, indent=2) + "\n")


if __name__ == "__main__":
    main()
