"""Terms that predict other tokens than the next one, by plain torch programs that loop over the positions: the golden of
test/model/other-tokens.test.ts.

Writes multi-token.json: outputs h of the last layer for a window of 4 steps of 2 sequences (rows are time-major), targets, weights (0 where a
target does not count); for multi-token prediction and for words of the previous sentence the parameters of the term and of the head, the term
before its weight as a sum over the window, and its gradients; for the latter also the words and where they are known. In float64.
"""
import json
from pathlib import Path

import torch

STEPS, BATCH, HIDDEN, VOCABULARY, TOKENS = 4, 2, 5, 6, 3


def multi_token(h, targets, weights, own, decoder_weight, decoder_bias):
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


def previous_sentence(h, words, known, own, decoder_weight, decoder_bias):
    total = 0
    for t in range(STEPS):
        for b in range(BATCH):
            recalled = h[t, b] + torch.tanh(own["weight"] @ h[t, b] + own["bias"])
            for drawn in words[:, t, b]:
                total = total - known[t, b] * torch.log_softmax(decoder_weight @ recalled + decoder_bias, 0)[drawn] / len(words)
    return total


def main():
    generator = torch.Generator().manual_seed(5)
    drawn = lambda *shape: torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()
    rows = lambda values: values.flatten(0, 1).tolist()
    targets = torch.randint(VOCABULARY, (STEPS, BATCH), generator=generator)
    weights = torch.tensor([[1, 1], [1, 1], [1, 0], [1, 0]])
    words = torch.randint(VOCABULARY, (2, STEPS, BATCH), generator=generator)
    known = torch.tensor([[0, 1], [1, 1], [1, 0], [1, 0]])

    def case(own, compute):
        h = drawn(STEPS, BATCH, HIDDEN)
        decoder = {"decoder.weight": drawn(VOCABULARY, HIDDEN), "decoder.bias": drawn(VOCABULARY)}
        total = compute(h, own, *decoder.values())
        total.backward()
        parameters = own | decoder
        return {
            "hidden": rows(h), "total": total.item(),
            "parameters": {name: value.tolist() for name, value in parameters.items()},
            "gradients": {"hidden": rows(h.grad), **{name: value.grad.tolist() for name, value in parameters.items()}},
        }

    ahead = {}
    for d in range(2, TOKENS + 1):
        ahead |= {f"weight_{d}": drawn(HIDDEN, HIDDEN), f"bias_{d}": drawn(HIDDEN)}
    golden = {
        "targets": rows(targets), "weights": rows(weights), "words": words.flatten().tolist(), "known": rows(known),
        "multiTokenPrediction": case(ahead, lambda h, *rest: multi_token(h, targets, weights, *rest)),
        "previousSentence": case({"weight": drawn(HIDDEN, HIDDEN), "bias": drawn(HIDDEN)},
                                 lambda h, *rest: previous_sentence(h, words, known, *rest)),
    }
    (Path(__file__).parent / "other-tokens.json").write_text(json.dumps(golden) + "\n")


main()
