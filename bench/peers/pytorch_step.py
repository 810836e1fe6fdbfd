"""Tokens per second of PyTorch on one of the benchmark's sizes; prints one JSON line.

Training (the default) is one full step: forward, backward through time, clip by global norm, Adam, state carried. With
--inference it is the forward pass under no_grad with the mean cross entropy of the window, as an evaluation of perplexity needs
it, state carried. The time of the median step counts, after three steps of warm-up.

--fused asks for the Adam that updates all parameters in one kernel, --compile for torch.compile of the model (both PyTorch 2).

usage: pytorch_step.py SIZE [--threads N] [--seconds S] [--cell LSTM|GRU] [--inference] [--device cpu|cuda] [--fused] [--compile]
"""
import argparse
import json
import statistics
import time
from pathlib import Path

import torch
from torch import nn

SIZES = json.loads((Path(__file__).parent.parent / "sizes.json").read_text())
WARM_UP_STEPS = 3
CLIPPING_THRESHOLD = 5.0


class LanguageModel(nn.Module):
    def __init__(self, cell, V, E, H, layers):
        super().__init__()
        self.encoder = nn.Embedding(V, E)
        self.rnn = getattr(nn, cell)(E, H, layers)
        self.decoder = nn.Linear(H, V)

    def forward(self, tokens, state):
        hidden, state = self.rnn(self.encoder(tokens), state)
        return self.decoder(hidden), state


def detach(state):
    return tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()


def training_step(model, inputs, targets, fused=False):
    adam = torch.optim.Adam(model.parameters(), 1e-3, **({"fused": True} if fused else {}))

    def step(state):
        adam.zero_grad()
        logits, state = model(inputs, state)
        nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten()).backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIPPING_THRESHOLD)
        adam.step()
        return detach(state)

    return step


def inference_step(model, inputs, targets):
    @torch.no_grad()
    def step(state):
        logits, state = model(inputs, state)
        nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten()).item()
        return state

    return step


def median_seconds(step, seconds, wait=lambda: None):
    state, times = None, []
    for _ in range(WARM_UP_STEPS):
        state = step(state)
    wait()
    start = time.perf_counter()
    while time.perf_counter() - start < seconds or len(times) < 3:
        begin = time.perf_counter()
        state = step(state)
        wait()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--cell", choices=["LSTM", "GRU"], default="LSTM")
    parser.add_argument("--inference", action="store_true")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--fused", action="store_true")
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    V, E, H, layers, B, T = (SIZES[options.size][key] for key in ("V", "E", "H", "layers", "B", "T"))
    model = LanguageModel(options.cell, V, E, H, layers).to(options.device)
    if options.compile:
        model = torch.compile(model)
    inputs, targets = (torch.randint(V, (T, B), device=options.device) for _ in range(2))
    # A GPU computes after the call that asks for it.
    wait = torch.cuda.synchronize if options.device == "cuda" else lambda: None
    step = inference_step(model, inputs, targets) if options.inference else training_step(model, inputs, targets, options.fused)
    seconds = median_seconds(step, options.seconds, wait)
    print(json.dumps({"contestant": "pytorch " + torch.__version__, "size": options.size, "threads": options.threads,
                      "device": options.device,
                      "tokensPerSecond": round(B * T / seconds)}))


if __name__ == "__main__":
    main()
