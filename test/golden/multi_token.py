"""Multi-token prediction, by a plain torch program that loops over the positions: the golden of test/model/multi-token-prediction.test.ts.

Writes multi-token.json: outputs h of the last layer for a window of 4 steps of 2 sequences (rows are time-major), targets, weights (0 where a
target does not count), the parameters of the term and of the head, the term before its weight as a sum over the window, and its gradients. In
float64.
"""
import json
from pathlib import Path

import torch

STEPS, BATCH, HIDDEN, VOCABULARY, TOKENS = 4, 2, 5, 6, 3


def term(h, targets, weights, own, decoder_weight, decoder_bias):
    total = 0
    for t in range(STEPS):
        for b in range(BATCH):
            # The target of step t is the next token; d tokens ahead is the target of step t + d - 1.
            for d in range(2, TOKENS + 1):
                s = t + d - 1
                if s >= STEPS or weights[t, b] == 0 or weights[s, b] == 0:
                    continue
                ahead = h[t, b] + torch.tanh(own[f"weight_{d}"] @ h[t, b] + own[f"bias_{d}"])
                total = total - torch.log_softmax(decoder_weight @ ahead + decoder_bias, 0)[targets[s, b]]
    return total


def main():
    generator = torch.Generator().manual_seed(5)
    drawn = lambda *shape: torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()
    h = drawn(STEPS, BATCH, HIDDEN)
    own = {}
    for d in range(2, TOKENS + 1):
        own |= {f"weight_{d}": drawn(HIDDEN, HIDDEN), f"bias_{d}": drawn(HIDDEN)}
    decoder = {"decoder.weight": drawn(VOCABULARY, HIDDEN), "decoder.bias": drawn(VOCABULARY)}
    targets = torch.randint(VOCABULARY, (STEPS, BATCH), generator=generator)
    weights = torch.tensor([[1, 1], [1, 1], [1, 0], [1, 0]])
    total = term(h, targets, weights, own, *decoder.values())
    total.backward()
    rows = lambda values: values.flatten(0, 1).tolist()
    parameters = own | decoder
    golden = {
        "hidden": rows(h), "targets": rows(targets), "weights": rows(weights), "total": total.item(),
        "parameters": {name: value.tolist() for name, value in parameters.items()},
        "gradients": {"hidden": rows(h.grad), **{name: value.grad.tolist() for name, value in parameters.items()}},
    }
    (Path(__file__).parent / "multi-token.json").write_text(json.dumps(golden) + "\n")


main()
