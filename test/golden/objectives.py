"""Terms of the objective, by plain torch programs: goldens of test/model/objectives.test.ts.

Writes objectives.json. Each case has a term with its options, a window of so many steps of 2 sequences (rows are time-major), the embedding,
tokens, targets, weights and the logits of each row; and, by torch, the term before its weight as a sum over the window, and its gradients.
In float64.
usage: python3 objectives.py
"""
import json
from pathlib import Path

import torch

BATCH = 2


def augmented_loss(case, embedding, logits):
    """Inan et al. 2017: the divergence of the prediction from a soft target, which is a constant."""
    total = 0
    for row, target in enumerate(case["targets"]):
        soft = torch.softmax(embedding @ embedding[target] / case["options"]["temperature"], 0).detach()
        predicted = torch.softmax(logits[row] / case["options"]["temperature"], 0)
        total = total + case["weights"][row] * (soft * (soft / predicted).log()).sum()
    return total


TERMS = {"augmentedLoss": augmented_loss}
CASES = [
    ("augmentedLoss", {"temperature": 1.5}, 3, 7, 5),
    ("augmentedLoss", {"temperature": 20}, 2, 5, 9),
]


def golden(name, options, steps, V, E, seed):
    generator = torch.Generator().manual_seed(seed)
    rows = steps * BATCH
    uniform = lambda *shape: (torch.rand(*shape, generator=generator, dtype=torch.float64) * 4 - 2).round(decimals=4)
    integers = lambda: torch.randint(V, (rows,), generator=generator).tolist()
    embedding, logits = uniform(V, E).requires_grad_(), uniform(rows, V).requires_grad_()
    weights = [1.0] * (rows - 1) + [0.0]
    case = {"term": name, "options": options, "steps": steps, "tokens": integers(), "targets": integers(), "weights": weights}
    total = TERMS[name](case, embedding, logits)
    gradients = torch.autograd.grad(total, [embedding, logits], allow_unused=True)
    flat = lambda x, like: torch.zeros_like(like).tolist() if x is None else x.tolist()
    return {
        **case,
        "embedding": embedding.tolist(),
        "logits": logits.tolist(),
        "total": total.item(),
        "gradients": {"embedding": flat(gradients[0], embedding), "logits": flat(gradients[1], logits)},
    }


cases = [golden(*case, seed) for seed, case in enumerate(CASES)]
(Path(__file__).parent / "objectives.json").write_text(json.dumps(cases) + "\n")
