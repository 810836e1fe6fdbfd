"""Attention layers and Transformer layers, by plain torch programs that loop over the positions: goldens of test/model/layers.

Writes attention.json. Each case has a layer's options and parameters, and two windows of 4 steps of 2 sequences (rows are time-major), the
second of which goes on from the first: inputs x, keep (0 where a sequence begins anew before the step) and outputs; for the second also dY
and the gradients of x and of the parameters, where the keys and values of the first window are constants. In float64.
"""
import json
import math
from pathlib import Path

import torch
from torch import nn

STEPS, BATCH, SIZE, WINDOW = 4, 2, 8, 3
KEEP = torch.tensor([[1, 1], [1, 1], [0, 1], [1, 1], [1, 1], [1, 0], [1, 1], [1, 1]], dtype=torch.float64)


def visible(t, b):
    """The positions that step t of sequence b sees, the oldest first."""
    first = max(0, t - WINDOW + 1)
    for s in range(first, t + 1):
        if KEEP[s, b] == 0:
            first = s
    return range(first, t + 1)


def history(values):
    """Values of all positions; those of the first window are constants for the second."""
    return torch.cat((values[:STEPS].detach(), values[STEPS:]))


def attention(score, roles):
    def run(x, weight_q, weight_r, weight_p, bias, weight_k=None, weight_v=None, weight_s=None, **more):
        query = x @ weight_q.T
        key = history(x @ weight_k.T if roles == "apart" else x)
        value = history(x @ weight_v.T if roles == "apart" else x)
        rows = []
        for t in range(2 * STEPS):
            for b in range(BATCH):
                seen = visible(t, b)
                if score == "dot":
                    scores = [query[t, b] @ key[s, b] / math.sqrt(query.shape[-1]) for s in seen]
                else:
                    scores = [more["score"][0] @ torch.tanh(weight_s @ key[s, b] + query[t, b]) for s in seen]
                weights = torch.softmax(torch.stack(scores), 0)
                read = sum(a * value[s, b] for a, s in zip(weights, seen))
                rows.append(torch.tanh(weight_r @ read + weight_p @ x[t, b] + bias))
        return torch.stack(rows).view(2 * STEPS, BATCH, -1)

    return run


ACTIVATIONS = {"relu": torch.relu, "silu": nn.functional.silu,
               "gelu": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))}


def rotated(x, position):
    """Pairs (i, i + d / 2) as complex numbers, turned by their angles."""
    half = x.shape[-1] // 2
    angles = position / 10_000 ** (torch.arange(half, dtype=torch.float64) / half)
    turned = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones_like(angles), angles)
    return torch.cat((turned.real, turned.imag), -1)


def transformer(heads, positions, normalization, activation):
    def run(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, linear1_weight, linear1_bias, linear2_weight,
            linear2_bias, norm1_weight, norm2_weight, norm1_bias=None, norm2_bias=None, distances=None):
        def norm(x, weight, bias):
            if normalization == "layer":
                return nn.functional.layer_norm(x, x.shape[-1:], weight, bias, 1e-5)
            return weight * x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5)

        q, k, v = (norm(x, norm1_weight, norm1_bias) @ in_proj_weight.T + in_proj_bias).chunk(3, -1)
        q, k, v = (of.unflatten(-1, (heads, -1)) for of in (q, history(k), history(v)))
        rows = []
        for t in range(2 * STEPS):
            for b in range(BATCH):
                read = []
                for h in range(heads):
                    seen = visible(t, b)
                    if positions == "rotary":
                        # Any position of the first step gives the same: 17 as well as 0.
                        scores = [rotated(q[t, b, h], t + 17) @ rotated(k[s, b, h], s + 17) for s in seen]
                    else:
                        scores = [q[t, b, h] @ k[s, b, h] for s in seen]
                    scores = torch.stack(scores) / math.sqrt(q.shape[-1])
                    if positions == "relative":
                        scores = scores + torch.stack([distances[h, WINDOW - 1 - (t - s)] for s in seen])
                    weights = torch.softmax(scores, 0)
                    read.append(sum(a * v[s, b, h] for a, s in zip(weights, seen)))
                rows.append(torch.cat(read))
        attended = x + torch.stack(rows).view(2 * STEPS, BATCH, -1) @ out_proj_weight.T + out_proj_bias
        hidden = ACTIVATIONS[activation](norm(attended, norm2_weight, norm2_bias) @ linear1_weight.T + linear1_bias)
        return attended + hidden @ linear2_weight.T + linear2_bias

    return run


def attention_case(score, roles):
    width = 5 if roles == "apart" else SIZE
    shapes = {"weight_q": [width, SIZE], "weight_r": [5, width], "weight_p": [5, SIZE], "bias": [5]}
    if roles == "apart":
        shapes |= {"weight_k": [5, SIZE], "weight_v": [5, SIZE]}
    if score == "additive":
        shapes |= {"weight_s": [width, width], "score": [1, width]}
    return {"type": "attention", "size": 5, "score": score, "roles": roles, "window": WINDOW}, attention(score, roles), shapes


def transformer_case(heads, positions, normalization, activation):
    shapes = {"norm1_weight": [SIZE], "in_proj_weight": [3 * SIZE, SIZE], "in_proj_bias": [3 * SIZE],
              "out_proj_weight": [SIZE, SIZE], "out_proj_bias": [SIZE], "norm2_weight": [SIZE],
              "linear1_weight": [2 * SIZE, SIZE], "linear1_bias": [2 * SIZE],
              "linear2_weight": [SIZE, 2 * SIZE], "linear2_bias": [SIZE]}
    if normalization == "layer":
        shapes |= {"norm1_bias": [SIZE], "norm2_bias": [SIZE]}
    if positions == "relative":
        shapes |= {"distances": [heads, WINDOW]}
    options = {"type": "transformer", "heads": heads, "positions": positions, "normalization": normalization,
               "activation": activation, "expansion": 2, "window": WINDOW}
    return options, transformer(heads, positions, normalization, activation), shapes


CASES = [attention_case(score, roles) for score in ("dot", "additive") for roles in ("apart", "one")] + [
    transformer_case(2, "none", "layer", "relu"),
    transformer_case(2, "rotary", "layer", "gelu"),
    transformer_case(4, "relative", "rms", "silu"),
]


def golden(options, run, shapes, generator):
    drawn = lambda shape: (0.7 * torch.randn(shape, generator=generator, dtype=torch.float64)).requires_grad_()
    x = drawn([2 * STEPS, BATCH, SIZE])
    parameters = {name: drawn(shape) for name, shape in shapes.items()}
    output = run(x, **parameters)
    dy = torch.randn(output[STEPS:].shape, generator=generator, dtype=torch.float64)
    output[STEPS:].backward(dy)
    rows = lambda values: values.flatten(0, 1).tolist()
    return {
        "layer": options,
        "parameters": {name: value.tolist() for name, value in parameters.items()},
        "windows": [{"x": rows(x[part]), "keep": KEEP[part].flatten().tolist(), "output": rows(output[part])}
                    for part in (slice(0, STEPS), slice(STEPS, 2 * STEPS))],
        "dY": rows(dy),
        "gradients": {"x": rows(x.grad[STEPS:]), **{name: value.grad.tolist() for name, value in parameters.items()}},
    }


def check_against_torch():
    """Without resets and beyond the window's length nothing differs from torch's own layer."""
    global KEEP, WINDOW
    before = KEEP, WINDOW
    KEEP, WINDOW = torch.ones_like(KEEP), 2 * STEPS
    torch.manual_seed(1)
    layer = nn.TransformerEncoderLayer(SIZE, 2, 2 * SIZE, dropout=0, activation="relu", norm_first=True).double()
    x = torch.randn(2 * STEPS, BATCH, SIZE, dtype=torch.float64)
    mask = torch.full((2 * STEPS, 2 * STEPS), -math.inf, dtype=torch.float64).triu(1)
    names = {name: value for name, value in layer.named_parameters()}
    ours = {name.replace("self_attn.", "").replace(".", "_"): value for name, value in names.items()}
    difference = (transformer(2, "none", "layer", "relu")(x, **ours) - layer(x, mask)).abs().max()
    assert difference < 1e-12, difference
    KEEP, WINDOW = before


def main():
    check_against_torch()
    generator = torch.Generator().manual_seed(6)
    cases = [golden(*case, generator) for case in CASES]
    (Path(__file__).parent / "attention.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
