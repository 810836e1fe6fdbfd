"""The pointer sentinel mixture, by a plain torch program that loops over the positions: the golden of test/model/heads.

Writes pointer.json: parameters, and two windows of 4 steps of 2 sequences (rows are time-major), the second of which goes on from the first:
hidden states, tokens, keep (0 where a sequence begins anew before the step), targets, losses and log-probabilities; for the second also
weights of the losses and the gradients of their sum, where the hidden states of the first window are constants. In float64.
"""
import json
from pathlib import Path

import torch

STEPS, BATCH, HIDDEN, VOCABULARY, WINDOW = 4, 2, 5, 7, 3
KEEP = torch.tensor([[1, 1], [1, 1], [0, 1], [1, 1], [1, 1], [1, 0], [1, 1], [1, 1]], dtype=torch.float64)


def visible(t, b):
    """The positions to which step t of sequence b can point, the oldest first."""
    first = max(0, t - WINDOW + 1)
    for s in range(first, t + 1):
        if KEEP[s, b] == 0:
            first = s
    return range(first, t + 1)


def log_probabilities(h, tokens, weight_q, bias_q, sentinel, weight, bias):
    keys = torch.cat((h[:STEPS].detach(), h[STEPS:]))
    rows = []
    for t in range(2 * STEPS):
        for b in range(BATCH):
            q = torch.tanh(weight_q @ h[t, b] + bias_q)
            z = torch.stack([q @ keys[s, b] for s in visible(t, b)] + [q @ sentinel[0]])
            a = torch.softmax(z, 0)
            p = a[-1] * torch.softmax(weight @ h[t, b] + bias, 0)
            for i, s in enumerate(visible(t, b)):
                p = p + a[i] * torch.nn.functional.one_hot(tokens[s, b], VOCABULARY)
            rows.append(p.log())
    return torch.stack(rows).view(2 * STEPS, BATCH, VOCABULARY)


def main():
    generator = torch.Generator().manual_seed(11)
    drawn = lambda *shape: torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()
    drawn_tokens = lambda: torch.randint(VOCABULARY, (2 * STEPS, BATCH), generator=generator)
    h, tokens, targets = drawn(2 * STEPS, BATCH, HIDDEN), drawn_tokens(), drawn_tokens()
    parameters = {
        "weight_q": drawn(HIDDEN, HIDDEN), "bias_q": drawn(HIDDEN), "sentinel": drawn(1, HIDDEN),
        "decoder.weight": drawn(VOCABULARY, HIDDEN), "decoder.bias": drawn(VOCABULARY),
    }
    weights = torch.rand(STEPS, BATCH, generator=generator, dtype=torch.float64)
    predicted = log_probabilities(h, tokens, *parameters.values())
    losses = -predicted.gather(-1, targets[..., None])[..., 0]
    (losses[STEPS:] * weights).sum().backward()
    rows = lambda values: values.flatten(0, 1).tolist()
    windows = [
        {"hidden": rows(h[part]), "tokens": rows(tokens[part]), "keep": rows(KEEP[part]), "targets": rows(targets[part]),
         "losses": rows(losses[part]), "logProbabilities": rows(predicted[part])}
        for part in (slice(0, STEPS), slice(STEPS, 2 * STEPS))
    ]
    golden = {
        "parameters": {name: value.tolist() for name, value in parameters.items()},
        "windows": windows,
        "weights": rows(weights),
        "gradients": {"hidden": rows(h.grad[STEPS:]), **{name: value.grad.tolist() for name, value in parameters.items()}},
    }
    (Path(__file__).parent / "pointer.json").write_text(json.dumps(golden) + "\n")


main()
