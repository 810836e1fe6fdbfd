"""Terms of the objective, by plain torch programs: goldens of test/model/objectives.test.ts.

Writes objectives.json. Each case has a term with its options, a window of so many steps of 2 sequences (rows are time-major), the embedding,
the output vectors, tokens, targets, random tokens, weights and the logits of each row; and, by torch, the term before its weight as a sum
over the window, and its gradients. In float64.
usage: python3 objectives.py
"""
import json
from pathlib import Path

import torch

BATCH = 2


def augmented_loss(case, embedding, vectors, logits):
    """Inan et al. 2017: the divergence of the prediction from a soft target, which is a constant."""
    total = 0
    for row, target in enumerate(case["targets"]):
        soft = torch.softmax(embedding @ embedding[target] / case["options"]["temperature"], 0).detach()
        predicted = torch.softmax(logits[row] / case["options"]["temperature"], 0)
        total = total + case["weights"][row] * (soft * (soft / predicted).log()).sum()
    return total


def skip_gram(case, embedding, vectors, logits):
    """Mikolov et al. 2013, equation 4. The random tokens of a row are those of each of its context tokens."""
    size, samples = case["options"]["contextSize"], case["options"]["negativeSamples"]
    rows = case["steps"] * BATCH
    total = 0
    for row in range(rows):
        step, sequence = divmod(row, BATCH)
        for other in range(max(0, step - size), min(case["steps"], step + size + 1)):
            there = other * BATCH + sequence
            if other == step or case["weights"][row] == 0 or case["weights"][there] == 0:
                continue
            center = embedding[case["tokens"][row]]
            total = total - torch.sigmoid(vectors[case["tokens"][there]] @ center).log()
            for i in range(samples):
                total = total - torch.sigmoid(-vectors[case["randomTokens"][i * rows + row]] @ center).log()
    return total


TERMS = {"augmentedLoss": augmented_loss, "skipGram": skip_gram}
CASES = [
    ("skipGram", {"contextSize": 2, "negativeSamples": 3}, 5, 7, 3),
    ("skipGram", {"contextSize": 8, "negativeSamples": 1}, 3, 6, 4),
    ("augmentedLoss", {"temperature": 1.5}, 3, 7, 5),
    ("augmentedLoss", {"temperature": 20}, 2, 5, 9),
]


def golden(name, options, steps, V, E, seed):
    generator = torch.Generator().manual_seed(seed)
    rows = steps * BATCH
    uniform = lambda *shape: (torch.rand(*shape, generator=generator, dtype=torch.float64) * 4 - 2).round(decimals=4)
    integers = lambda: torch.randint(V, (rows,), generator=generator).tolist()
    arrays = {"embedding": uniform(V, E), "outputVectors": uniform(V, E), "logits": uniform(rows, V)}
    weights = [1.0] * (rows - 1) + [0.0]
    case = {"term": name, "options": options, "steps": steps, "tokens": integers(), "targets": integers(), "weights": weights}
    case["randomTokens"] = torch.randint(V, (options.get("negativeSamples", 1) * rows,), generator=generator).tolist()
    inputs = [array.requires_grad_() for array in arrays.values()]
    total = TERMS[name](case, *inputs)
    gradients = torch.autograd.grad(total, inputs, allow_unused=True)
    flat = lambda x, like: torch.zeros_like(like).tolist() if x is None else x.tolist()
    return {
        **case,
        **{name: array.tolist() for name, array in arrays.items()},
        "total": total.item(),
        "gradients": {name: flat(gradient, array) for gradient, (name, array) in zip(gradients, arrays.items())},
    }


cases = [golden(*case, seed) for seed, case in enumerate(CASES)]
(Path(__file__).parent / "objectives.json").write_text(json.dumps(cases) + "\n")
