"""Writes schedules.json: the learning rates of torch.optim.lr_scheduler, step by step, from a base rate of 0.8.

Rate i of a case is that of update i + 1. The cases of `plateau` have the rates after each of their validation losses.
usage: python3 schedules.py
"""
import json
from pathlib import Path

import torch
from torch.optim import SGD, lr_scheduler

BASE = 0.8


def rates(make, steps):
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], BASE)
    schedule = make(optimizer)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def case(schedule, steps, found):
    return {"schedule": schedule, "base": BASE, "steps": steps, "rates": found}


def cycle(steps, rise, start, end, curve):
    options = {"pct_start": rise, "div_factor": start, "final_div_factor": end, "anneal_strategy": {"cosine": "cos"}.get(curve, curve)}
    choice = {"type": "one-cycle", "riseShare": rise, "startDivisor": start, "endDivisor": end, "curve": curve}
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], BASE)
    schedule = lr_scheduler.OneCycleLR(optimizer, BASE, total_steps=steps, cycle_momentum=False, **options)
    found = [optimizer.param_groups[0]["lr"]]
    for _ in range(steps - 1):
        optimizer.step()
        schedule.step()
        found.append(optimizer.param_groups[0]["lr"])
    return case(choice, steps, found)


def restarts(period, factor, minimum, steps):
    choice = {"type": "cosine-restarts", "periodSteps": period, "periodFactor": factor, "minimum": minimum, "warmupSteps": 0}
    return case(choice, steps, rates(lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, period, factor, minimum), steps))


def linear(minimum, steps):
    """LinearLR gives the update after the last of its steps the end factor; update `steps` of ours has it, and so update 1 is one step down."""
    schedule = {"type": "linear", "warmupSteps": 0, "minimum": minimum}
    return case(schedule, steps, rates(lambda o: lr_scheduler.LinearLR(o, 1, minimum / BASE, steps), steps + 1)[1:])


def plateau(factor, patience, mode, threshold, losses):
    """torch lowers the rate when there are more bad epochs than its patience."""
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], BASE)
    options = {"factor": factor, "patience": patience - 1, "threshold": threshold, "threshold_mode": mode[:3], "min_lr": 0.01, "eps": 0}
    schedule = lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    found = []
    for loss in losses:
        schedule.step(loss)
        found.append(optimizer.param_groups[0]["lr"])
    choice = {"type": "plateau", "factor": factor, "patience": patience, "threshold": threshold, "thresholdMode": mode, "minimum": 0.01}
    return {**case(choice, len(losses), found), "losses": losses}


LOSSES = [5, 4.5, 4.499, 4.49, 4.488, 4.3, 4.31, 4.299, 4.2985, 4.2, 4.21, 4.22, 4.19, 4.19, 4.19, 4.18, 4.3, 4.3, 4.3, 4.1]

CASES = [
    cycle(50, 0.3, 25, 1e4, "cosine"),
    cycle(37, 0.25, 10, 100, "linear"),
    restarts(7, 2, 0.05, 60),
    restarts(9, 1, 0, 40),
    linear(0.1, 30),
    plateau(0.25, 1, "relative", 1e-3, LOSSES),
    plateau(0.25, 2, "relative", 1e-3, LOSSES),
    plateau(0.1, 3, "absolute", 0.02, LOSSES),
]

if __name__ == "__main__":
    path = Path(__file__).parent / "schedules.json"
    path.write_text("[\n" + ",\n".join(json.dumps(c) for c in CASES) + "\n]\n")
