"""Terms of the objective, by plain torch programs: goldens of test/model/objectives.test.ts.

Writes objectives.json. Each case has a term with its options, a window of so many steps of 2 sequences (rows are time-major), the embedding,
the output vectors, tokens, targets, random tokens, pairs of related tokens, weights and the logits of each row; and, by torch, the term before its weight as a sum
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


LEXICON = {0: [1, 2], 3: [1], 2: [0, 4]}
NEIGHBOURS = {}
for word, others in LEXICON.items():
    for other in others:
        NEIGHBOURS.setdefault(word, set()).add(other)
        NEIGHBOURS.setdefault(other, set()).add(word)
# As the file of this lexicon is read: each pair once, with the weights of both directions.
PAIRS = sorted({(min(i, j), max(i, j)) for i, others in NEIGHBOURS.items() for j in others})
SHARES = [1 / len(NEIGHBOURS[i]) + 1 / len(NEIGHBOURS[j]) for i, j in PAIRS]


def synonyms(case, embedding, vectors, logits):
    """Faruqui et al. 2015, equation 1, once for each counted target."""
    total = 0
    for word, others in NEIGHBOURS.items():
        for other in others:
            total = total + ((embedding[word] - embedding[other]) ** 2).sum() / len(others)
    return total * sum(case["weights"])


TERMS = {"synonyms": synonyms, "augmentedLoss": augmented_loss, "skipGram": skip_gram}
CASES = [
    ("synonyms", {}, 2, 6, 3),
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
    case |= {"first": [i for i, _ in PAIRS], "second": [j for _, j in PAIRS], "shares": SHARES}
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
