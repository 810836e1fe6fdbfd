"""Writes curves/<name>.safetensors and curves/index.json: 20 training steps of small two-layer language models.

Two windows of one circular token stream take turns. The state starts at zero and is carried from each step to the next without
its history. A step is: mean cross entropy, backward, clipping, optimizer. L2 is torch's weight_decay, added to the gradient
after clipping (AdamW: decoupled), on all parameters. Run in float64 and in float32, from the same float32 parameters.
usage: python3 curve.py [NAME ...]   With names, only these are written; the others stay as they are.
"""
import copy
import json
import sys
from pathlib import Path

import numpy
import torch
from torch import optim
from torch.nn import utils

import safetensors_io
from language_model import CELLS, SMALL, mean_cross_entropy, small_training

FOLDER = Path(__file__).parent / "curves"
STEPS = 20

SGD = {"type": "sgd", "learningRate": 0.5}
MOMENTUM = {"type": "momentum", "learningRate": 0.1, "momentum": 0.9, "nesterov": False, "weightDecay": 0}
NESTEROV = {**MOMENTUM, "nesterov": True}
RMSPROP = {"type": "rmsprop", "learningRate": 0.005, "decay": 0.95, "epsilon": 1e-8, "weightDecay": 0}
ADAM = {"type": "adam", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
ADAMW = {**ADAM, "type": "adamw", "weightDecay": 0.1}
NADAM = {**ADAM, "type": "nadam", "momentumDecay": 0.004, "weightDecay": 0}
ADABELIEF = {**ADAM, "type": "adabelief", "epsilon": 1e-10, "weightDecay": 0.1}
LION = {"type": "lion", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.99, "weightDecay": 0.1}
MUON = {"type": "muon", "learningRate": 0.02, "momentum": 0.9, "nesterov": True, "iterations": 5, "adamLearningRate": 0.01, "beta1": 0.9,
        "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.1}


def clip(kind, threshold):
    return {"type": kind, "threshold": threshold}


CURVES = {  # name: (cell, optimizer, clipping, L2). The norm thresholds were chosen to clip about half of the steps.
    "lstm-sgd": ("lstm", SGD, clip("norm", 0.24), 0),
    "lstm-adam": ("lstm", ADAM, clip("norm", 0.2), 0),
    "gru-after-sgd": ("gru-after", SGD, clip("norm", 0.37), 0),
    "gru-after-adam": ("gru-after", ADAM, clip("norm", 0.3), 0),
    "lstm-momentum": ("lstm", MOMENTUM, clip("norm", 0.3), 0),
    "lstm-nesterov": ("lstm", NESTEROV, clip("norm", 0.22), 0),
    "lstm-rmsprop": ("lstm", RMSPROP, clip("norm", 0.34), 0),
    "lstm-adamw": ("lstm", ADAMW, clip("norm", 0.22), 0),
    "lstm-sgd-clip-value": ("lstm", SGD, clip("value", 0.03), 0),
    "lstm-sgd-l2": ("lstm", SGD, clip("norm", 0.24), 0.01),
    "lstm-adam-l2": ("lstm", ADAM, clip("norm", 0.23), 0.01),
    "lstm-nadam": ("lstm", NADAM, clip("norm", 0.22), 0),
    "lstm-adabelief": ("lstm", ADABELIEF, clip("norm", 0.24), 0),
    "lstm-lion": ("lstm", LION, clip("norm", 0.2), 0),
    "lstm-muon": ("lstm", MUON, clip("norm", 0.2), 0),
}


class AdaBelief(optim.Optimizer):
    """Zhuang et al. 2020, algorithm 2, with decoupled weight decay."""

    def __init__(self, parameters, o):
        super().__init__(parameters, o)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2, epsilon, lr = (group[key] for key in ("beta1", "beta2", "epsilon", "learningRate"))
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state.update(t=0, m=torch.zeros_like(p), s=torch.zeros_like(p))
                state["t"] += 1
                p.mul_(1 - lr * group["weightDecay"])
                state["m"] = beta1 * state["m"] + (1 - beta1) * p.grad
                state["s"] = beta2 * state["s"] + (1 - beta2) * (p.grad - state["m"]) ** 2 + epsilon
                mean = state["m"] / (1 - beta1 ** state["t"])
                deviation = state["s"] / (1 - beta2 ** state["t"])
                p.sub_(lr * mean / (deviation.sqrt() + epsilon))


class Lion(optim.Optimizer):
    """Chen et al. 2023, algorithm 2."""

    def __init__(self, parameters, o):
        super().__init__(parameters, o)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2, lr = (group[key] for key in ("beta1", "beta2", "learningRate"))
            for p in group["params"]:
                state = self.state[p]
                m = state.setdefault("m", torch.zeros_like(p))
                direction = (beta1 * m + (1 - beta1) * p.grad).sign()
                p.sub_(lr * (direction + group["weightDecay"] * p))
                state["m"] = beta2 * m + (1 - beta2) * p.grad


def orthogonalized(g):
    """Five Newton-Schulz iterations of Jordan et al. 2024, in the precision of g."""
    if g.size(0) > g.size(1):
        return orthogonalized(g.T).T
    x = g / (g.norm() + 1e-7)
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.775 * a + 2.0315 * a @ a) @ x
    return x


class Muon(optim.Optimizer):
    """Jordan et al. 2024 for each gate of the matrices of the layers; Adam for all else. All weight decay is decoupled."""

    def __init__(self, model, o):
        named = dict(model.named_parameters())
        matrices = [p for name, p in named.items() if name.startswith("rnn.weight")]
        super().__init__(matrices, o)
        rest = [p for name, p in named.items() if not name.startswith("rnn.weight")]
        self.adam = optim.AdamW(rest, o["adamLearningRate"], (o["beta1"], o["beta2"]), o["epsilon"], weight_decay=o["weightDecay"])

    def zero_grad(self):
        super().zero_grad()
        self.adam.zero_grad()

    @torch.no_grad()
    def step(self):
        self.adam.step()
        for group in self.param_groups:
            momentum, lr = group["momentum"], group["learningRate"]
            for p in group["params"]:
                state = self.state[p]
                state["m"] = momentum * state.get("m", torch.zeros_like(p)) + (1 - momentum) * p.grad
                direction = momentum * state["m"] + (1 - momentum) * p.grad
                p.mul_(1 - lr * group["weightDecay"])
                for weights, part in zip(p.chunk(4), direction.chunk(4)):
                    weights.sub_(lr * max(1, part.size(0) / part.size(1)) ** 0.5 * orthogonalized(part))


def torch_optimizer(model, o, l2):
    parameters = model.parameters()
    lr = o["learningRate"]
    if o["type"] == "sgd":
        return optim.SGD(parameters, lr, weight_decay=l2)
    if o["type"] == "momentum":
        return optim.SGD(parameters, lr, momentum=o["momentum"], nesterov=o["nesterov"], weight_decay=l2)
    if o["type"] == "rmsprop":
        return optim.RMSprop(parameters, lr, alpha=o["decay"], eps=o["epsilon"], weight_decay=l2)
    if o["type"] == "adabelief":
        return AdaBelief(parameters, o)
    if o["type"] == "lion":
        return Lion(parameters, o)
    if o["type"] == "muon":
        return Muon(model, o)
    betas = (o["beta1"], o["beta2"])
    if o["type"] == "nadam":
        # The other form of torch 1.13 multiplies by mu(t) once too often, which torch 2.0 corrected.
        return optim.NAdam(parameters, lr, betas, o["epsilon"], weight_decay=l2, momentum_decay=o["momentumDecay"], foreach=True)
    if o["type"] == "adam":
        return optim.Adam(parameters, lr, betas, o["epsilon"], weight_decay=l2)
    return optim.AdamW(parameters, lr, betas, o["epsilon"], weight_decay=o["weightDecay"])


def clip_gradients(model, clipping):
    """Clips in place and says whether anything was clipped."""
    if clipping["type"] == "norm":
        return utils.clip_grad_norm_(model.parameters(), clipping["threshold"]).item() > clipping["threshold"]
    largest = max(p.grad.abs().max().item() for p in model.parameters())
    utils.clip_grad_value_(model.parameters(), clipping["threshold"])
    return largest > clipping["threshold"]


def train(model, windows, optimizer, clipping):
    """Returns the loss of every step before its update, the number of clipped steps and the state after the last step."""
    losses, clipped, state = [], 0, None
    for step in range(STEPS):
        inputs, targets = windows[step % 2]
        optimizer.zero_grad()
        logits, state = model(inputs, state)
        loss = mean_cross_entropy(logits, targets)
        loss.backward()
        clipped += clip_gradients(model, clipping)
        optimizer.step()
        losses.append(loss.item())
        state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
    return losses, clipped, state


def golden(cell, optimizer, clipping, l2, seed):
    model, inputs, targets, tensors = small_training(cell, seed)

    for precision in (torch.float64, torch.float32):
        trained = copy.deepcopy(model).to(precision)
        losses, clipped, state = train(trained, list(zip(inputs, targets)), torch_optimizer(trained, optimizer, l2), clipping)
        tensors["losses." + str(precision).removeprefix("torch.")] = numpy.array(losses, numpy.float64)
        if precision is torch.float64:
            finals = dict(zip("hc", state if cell == "lstm" else (state,)))
            tensors.update({f"final.{name}": s.float().numpy() for name, s in finals.items()})
            tensors.update({f"trained.{name}": p.detach().float().numpy() for name, p in trained.named_parameters()})
            clipped_steps = clipped
    return tensors, clipped_steps


def main(names):
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / "index.json"
    known = {case["name"]: case for case in json.loads(path.read_text())} if names else {}
    index = []
    for seed, (name, (cell, optimizer, clipping, l2)) in enumerate(CURVES.items(), start=101):
        if names and name not in names:
            index.append(known[name])
            continue
        tensors, clipped = golden(cell, optimizer, clipping, l2, seed)
        metadata = {"script": "curve.py", "torch": torch.__version__, "seed": str(seed)}
        safetensors_io.write(FOLDER / f"{name}.safetensors", tensors, metadata)
        index.append({"name": name, "cell": CELLS[cell], **SMALL, "steps": STEPS, "optimizer": optimizer, "clipping": clipping, "l2": l2,
                      "clippedSteps": clipped})
        f64, f32 = tensors["losses.float64"], tensors["losses.float32"]
        print(f"{name}: loss {f64[0]:.3f} to {f64[-1]:.3f}, clipped {clipped}/{STEPS}, float32 within {abs(f32 / f64 - 1).max():.1e}")
        assert STEPS * 0.3 <= clipped <= STEPS * 0.7 or clipping["type"] == "value", f"{name} clips {clipped} of {STEPS} steps"
    path.write_text(json.dumps(index, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
