"""Writes local-steps/lstm.safetensors and local-steps/lstm.json: DiLoCo (Douillard et al. 2023), algorithm 1, with torch's optimizers.

Two windows of one circular token stream take turns, as in curve.py. Each worker has half of the rows, a model and an Adam of its own; after
every few steps, and after the last one, an outer SGD with Nesterov's momentum steps along the mean of (shared - own parameters), and the
workers copy the shared parameters.
usage: python3 local_steps.py
"""
import copy
import json
from pathlib import Path

import torch

import safetensors_io
from language_model import SMALL, mean_cross_entropy, small_training

FOLDER = Path(__file__).parent / "local-steps"
WORKERS = 2
STEPS = 14
ADAM = {"learningRate": 0.02, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8}
THRESHOLD = 0.3  # of clipping by the norm
OUTER = {"everySteps": 5, "outerLearningRate": 0.7, "outerMomentum": 0.9}


def main():
    model, inputs, targets, tensors = small_training("lstm", 401)

    shared = model.double()
    B = SMALL["batchSize"]
    workers = [copy.deepcopy(shared) for _ in range(WORKERS)]
    inner = [torch.optim.Adam(w.parameters(), ADAM["learningRate"], (ADAM["beta1"], ADAM["beta2"]), ADAM["epsilon"]) for w in workers]
    outer = torch.optim.SGD(shared.parameters(), OUTER["outerLearningRate"], momentum=OUTER["outerMomentum"], nesterov=True)
    states = [None] * WORKERS
    losses, norms = [], []
    for step in range(1, STEPS + 1):
        losses.append(0)
        norms.append(0)
        for w, (worker, optimizer) in enumerate(zip(workers, inner)):
            rows = slice(w * B // WORKERS, (w + 1) * B // WORKERS)
            optimizer.zero_grad()
            logits, state = worker(inputs[(step - 1) % 2][:, rows], states[w])
            loss = mean_cross_entropy(logits, targets[(step - 1) % 2][:, rows])
            loss.backward()
            norms[-1] += torch.nn.utils.clip_grad_norm_(worker.parameters(), THRESHOLD).item() / WORKERS
            optimizer.step()
            losses[-1] += loss.item() / WORKERS
            states[w] = tuple(s.detach() for s in state)
        if step % OUTER["everySteps"] == 0 or step == STEPS:
            for p, *own in zip(shared.parameters(), *(worker.parameters() for worker in workers)):
                p.grad = torch.stack([p.detach() - q.detach() for q in own]).mean(0)
            outer.step()
            for worker in workers:
                worker.load_state_dict(shared.state_dict())

    FOLDER.mkdir(exist_ok=True)
    tensors.update({f"shared.{name}": p.detach().float().numpy() for name, p in shared.named_parameters()})
    safetensors_io.write(FOLDER / "lstm.safetensors", tensors, {"script": "local_steps.py", "torch": torch.__version__})
    facts = {**SMALL, "workers": WORKERS, "optimizer": ADAM, "threshold": THRESHOLD, "outer": OUTER, "losses": losses, "norms": norms}
    (FOLDER / "lstm.json").write_text(json.dumps(facts, indent=2) + "\n")


if __name__ == "__main__":
    main()
