"""Tokens per second of PyTorch's forward pass under no_grad at one of the benchmark's sizes; prints one JSON line.

Embedding, LSTM, decoder and cross entropy of a window, the state carried, as a measurement of perplexity needs it: as one stream with
long windows, which is exact, and as streams side by side, which is not. The fastest of these shapes counts, each being tried for
a while first; the time of its median window is taken.

usage: pytorch_evaluation.py SIZE [--threads N] [--seconds S]
"""
import argparse
import json

import torch
from pytorch_step import SIZES, LanguageModel, inference_step, median_seconds

SHAPES = [(1, 256), (1, 1024), (10, 100), (20, 35), (50, 50), (64, 64), (128, 32)]
LARGEST_LOGITS = 50_000_000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=4)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    V, E, H, layers = (SIZES[options.size][key] for key in ("V", "E", "H", "layers"))
    model = LanguageModel("LSTM", V, E, H, layers)

    def speed(shape, seconds):
        B, T = shape
        step = inference_step(model, torch.randint(V, (T, B)), torch.randint(V, (T, B)))
        return B * T / median_seconds(step, seconds)

    shapes = [(B, T) for B, T in SHAPES if B * T * V <= LARGEST_LOGITS]
    tried = {shape: speed(shape, options.seconds / 8) for shape in shapes}
    best = max(tried, key=tried.get)
    print(json.dumps({"contestant": "pytorch " + torch.__version__, "size": options.size, "threads": options.threads,
                      "batch": best[0], "window": best[1], "tokensPerSecond": round(speed(best, options.seconds))}))


if __name__ == "__main__":
    main()
