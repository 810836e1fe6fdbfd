"""Writes averaging/lstm.safetensors and averaging/lstm.json: averages of the parameters over a training of 24 steps of plain SGD.

Two windows of one circular token stream take turns, as in curve.py. The tail and the exponential average are torch's
(optim.swa_utils.AveragedModel), the exponential one also with TensorFlow's warm-up of the decay. NT-ASGD (Merity et al. 2017): a
validation, of given losses, after every second step; its trigger is that of the paper's program (salesforce/awd-lstm-lm, main.py), and
its average the paper's definition: the mean of the parameters from the trigger on.
usage: python3 averaging.py
"""
import json
from pathlib import Path

import torch
from torch.optim.swa_utils import AveragedModel

import safetensors_io
from language_model import SMALL, mean_cross_entropy, small_training

FOLDER = Path(__file__).parent / "averaging"
STEPS = 24
LEARNING_RATE = 2.0
TAIL_START = 15  # steps before the tail
DECAY = 0.9
PATIENCE = 2
VALIDATION = [3.0, 2.5, 2.6, 2.4, 2.5, 2.45, 2.3, 2.41, 2.5, 2.6, 2.2, 2.1]  # after steps 2, 4, ...


def main():
    model, inputs, targets, tensors = small_training("lstm", 301)
    model = model.double()

    optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE)
    tail = AveragedModel(model)
    exponential = AveragedModel(model, avg_fn=lambda average, p, n: DECAY * average + (1 - DECAY) * p)

    def warm(average, p, n):
        decay = min(DECAY, (1 + n) / (10 + n))
        return decay * average + (1 - decay) * p

    warmed = AveragedModel(model, avg_fn=warm)
    best_val_loss, iterates, trigger, state = [], None, None, None
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        logits, state = model(inputs[(step - 1) % 2], state)
        mean_cross_entropy(logits, targets[(step - 1) % 2]).backward()
        optimizer.step()
        state = tuple(s.detach() for s in state)
        if step > TAIL_START:
            tail.update_parameters(model)
        exponential.update_parameters(model)
        warmed.update_parameters(model)
        parameters = {name: p.detach().clone() for name, p in model.named_parameters()}
        if iterates is not None:
            iterates.append(parameters)
        if step % 2 == 0:
            val_loss = VALIDATION[step // 2 - 1]
            if iterates is None and len(best_val_loss) > PATIENCE and val_loss > min(best_val_loss[:-PATIENCE]):
                iterates, trigger = [parameters], step
            best_val_loss.append(val_loss)

    def keep(prefix, averages):
        tensors.update({f"{prefix}.{name}": p.float().numpy() for name, p in averages})

    keep("trained", parameters.items())
    for prefix, average in (("tail", tail), ("ema", exponential), ("warm", warmed)):
        keep(prefix, ((name, p.detach()) for name, p in average.module.named_parameters()))
    keep("nt-asgd", ((name, torch.stack([p[name] for p in iterates]).mean(0)) for name in parameters))
    FOLDER.mkdir(exist_ok=True)
    safetensors_io.write(FOLDER / "lstm.safetensors", tensors, {"script": "averaging.py", "torch": torch.__version__})
    facts = {**SMALL, "steps": STEPS, "learningRate": LEARNING_RATE, "tailStart": TAIL_START, "decay": DECAY, "patience": PATIENCE,
             "validation": VALIDATION, "trigger": trigger}
    (FOLDER / "lstm.json").write_text(json.dumps(facts, indent=2) + "\n")
    print(f"NT-ASGD begins after step {trigger}")


if __name__ == "__main__":
    main()
