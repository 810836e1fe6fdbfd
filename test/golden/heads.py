"""Writes heads/<name>.safetensors and heads/index.json: the losses, log-probabilities and gradients of each head that is not one softmax.

Everything is computed in float64 from float32 numbers, then rounded to float32.
usage: python3 heads.py
"""
import json
from pathlib import Path

import torch
from torch import nn

import safetensors_io

FOLDER = Path(__file__).parent / "heads"


class AdaptiveSoftmax(nn.Module):
    """torch's own, as the member `decoder`, so that the parameters have the names of Textloom's model files."""

    def __init__(self, hidden_size, vocabulary_size, cutoffs, divisor):
        super().__init__()
        self.decoder = nn.AdaptiveLogSoftmaxWithLoss(hidden_size, vocabulary_size, cutoffs, div_value=divisor, head_bias=True)

    def log_prob(self, hidden):
        return self.decoder.log_prob(hidden)


class MixtureOfSoftmaxes(nn.Module):
    """Yang et al. 2018, as their equations state it."""

    def __init__(self, hidden_size, embedding_size, vocabulary_size, components):
        super().__init__()
        self.size = (components, embedding_size)
        self.prior = nn.Linear(hidden_size, components, bias=False)
        self.latent = nn.Linear(hidden_size, components * embedding_size)
        self.decoder = nn.Linear(embedding_size, vocabulary_size)

    def log_prob(self, hidden):
        priors = torch.softmax(self.prior(hidden), -1)
        latents = torch.tanh(self.latent(hidden)).view(len(hidden), *self.size)
        return torch.einsum("rk,rkv->rv", priors, torch.softmax(self.decoder(latents), -1)).log()


CASES = [
    ("mixture-3", {"type": "mixture-of-softmaxes", "components": 3}, 11, 5, 7),
    ("mixture-5", {"type": "mixture-of-softmaxes", "components": 5}, 13, 9, 9),
    ("adaptive-2", {"type": "adaptive-softmax", "cutoffs": [3, 8], "divisor": 2}, 17, 5, 9),
    ("adaptive-3", {"type": "adaptive-softmax", "cutoffs": [5, 6, 23], "divisor": 2}, 41, 12, 12),
]


def make(head, V, E, H):
    if head["type"] == "adaptive-softmax":
        return AdaptiveSoftmax(H, V, head["cutoffs"], head["divisor"])
    return MixtureOfSoftmaxes(H, E, V, head["components"])


def golden(head, V, E, H, seed):
    generator = torch.Generator().manual_seed(seed)
    module = make(head, V, E, H).double()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_((torch.rand(parameter.shape, generator=generator) * 2 - 1).float())
    hidden = (torch.rand(6, H, generator=generator) * 2 - 1).double().requires_grad_()
    # The first and the last token are among the targets.
    targets = torch.cat([torch.tensor([0, V - 1]), torch.randint(V, (4,), generator=generator)])
    weights = torch.rand(6, generator=generator).double()
    log_probabilities = module.log_prob(hidden)
    losses = -log_probabilities.gather(1, targets[:, None])[:, 0]
    (losses * weights).sum().backward()
    parameters = dict(module.named_parameters())
    arrays = {
        **{f"parameter.{name}": parameter for name, parameter in parameters.items()},
        "hidden": hidden,
        "weights": weights,
        "losses": losses,
        "logProbabilities": log_probabilities,
        **{f"grad.{name}": parameter.grad for name, parameter in parameters.items()},
        "grad.hidden": hidden.grad,
    }
    tensors = {name: array.detach().float().numpy() for name, array in arrays.items()}
    return {**tensors, "targets": targets.int().numpy()}


def main():
    FOLDER.mkdir(exist_ok=True)
    for seed, (name, head, V, E, H) in enumerate(CASES, start=1):
        metadata = {"script": "heads.py", "torch": torch.__version__, "seed": str(seed)}
        safetensors_io.write(FOLDER / f"{name}.safetensors", golden(head, V, E, H, seed), metadata)
    sizes = ("name", "head", "vocabularySize", "embeddingSize", "hiddenSize")
    index = [dict(zip(sizes, case)) for case in CASES]
    (FOLDER / "index.json").write_text(json.dumps(index, indent=2) + "\n")


if __name__ == "__main__":
    main()
