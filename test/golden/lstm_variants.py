"""Writes lstm-variants.json: the outputs and gradients of LSTM layers with coupled gates and with peepholes, as plain torch programs in float64.

usage: python3 lstm_variants.py
"""
import json
from pathlib import Path

import torch

T, B, E, H = 4, 3, 5, 6


def layer(x, h, c, p, coupled, peepholes):
    """The equations of Gers and Schmidhuber 2000 and of Greff et al. 2017 (CIFG), step by step."""
    outputs = []
    for x_t in x:
        z = x_t @ p["weight_ih"].T + p["bias_ih"] + h @ p["weight_hh"].T + p["bias_hh"]
        if coupled:
            z_f, z_g, z_o = z.chunk(3, -1)
        else:
            z_i, z_f, z_g, z_o = z.chunk(4, -1)
        if peepholes:
            *p_i, p_f, p_o = p["peepholes"].chunk(2 if coupled else 3)
            z_f = z_f + p_f * c
            if not coupled:
                z_i = z_i + p_i[0] * c
        f = torch.sigmoid(z_f)
        i = 1 - f if coupled else torch.sigmoid(z_i)
        c = f * c + i * torch.tanh(z_g)
        o = torch.sigmoid(z_o + p_o * c) if peepholes else torch.sigmoid(z_o)
        h = o * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), h, c


def golden(coupled, peepholes, seed):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return (torch.rand(*shape, generator=generator) * 2 - 1).double().requires_grad_()

    gates = 3 if coupled else 4
    p = {"weight_ih": draw(gates * H, E), "weight_hh": draw(gates * H, H), "bias_ih": draw(gates * H), "bias_hh": draw(gates * H)}
    if peepholes:
        p["peepholes"] = draw((gates - 1) * H)
    x, h, c, weights = draw(T, B, E), draw(B, H), draw(B, H), draw(T, B, H)
    outputs, last_h, last_c = layer(x, h, c, p, coupled, peepholes)
    (outputs * weights).sum().backward()
    flat = lambda tensor: tensor.detach().flatten().tolist()
    return {
        "options": {"coupledGates": coupled, "peepholes": peepholes},
        "sizes": {"T": T, "B": B, "E": E, "H": H},
        "inputs": {**{name: flat(value) for name, value in p.items()}, "x": flat(x), "h": flat(h), "c": flat(c), "weights": flat(weights)},
        "outputs": {
            "output": flat(outputs),
            "next.h": flat(last_h),
            "next.c": flat(last_c),
            **{f"grad.{name}": flat(value.grad) for name, value in [*p.items(), ("x", x), ("h", h), ("c", c)]},
        },
    }


cases = [golden(coupled, peepholes, seed) for seed, (coupled, peepholes) in enumerate([(True, False), (False, True), (True, True)], start=1)]
(Path(__file__).parent / "lstm-variants.json").write_text(json.dumps(cases) + "\n")
