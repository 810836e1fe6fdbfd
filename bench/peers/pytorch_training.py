"""Trains an LSTM of characters in PyTorch as a Textloom config does, and prints a JSON line after each validation.

The same recipe: characters by order of code point, the first part of the text in parallel streams whose state is carried through an
epoch, dropout of the embedding and of each layer's outputs, Adam with linear warm-up and a cosine, clipping by global norm, all at PyTorch's own
initialization. The last part of the text is read in as many parallel streams for the validation loss.

usage: pytorch_training.py TEXT RECIPE [--threads N] [--fused]     RECIPE: JSON, made by time-to-quality.mjs
"""
import argparse
import json
import math
import time
from pathlib import Path

import torch
from torch import nn


class LanguageModel(nn.Module):
    def __init__(self, V, E, H, layers, dropout):
        super().__init__()
        self.encoder = nn.Embedding(V, E)
        self.rnn = nn.LSTM(E, H, layers, dropout=dropout)
        self.decoder = nn.Linear(H, V)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens, state):
        hidden, state = self.rnn(self.dropout(self.encoder(tokens)), state)
        return self.decoder(self.dropout(hidden)), state


def streams(tokens, batch):
    """Inputs and targets [T, batch]: the text cut into equal parts, which are read side by side."""
    length = (len(tokens) - 1) // batch
    parts = [tokens[offset : offset + batch * length].view(batch, length).t().contiguous() for offset in (0, 1)]
    return parts


def loss_of(model, inputs, targets, state):
    logits, state = model(inputs, state)
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
    return loss, tuple(part.detach() for part in state)


def rate_at(step, steps, recipe):
    warm_up, highest = recipe["warmupSteps"], recipe["learningRate"]
    if step <= warm_up:
        return highest * step / warm_up
    return highest * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up))) / 2


@torch.no_grad()
def validation_loss(model, inputs, targets, window):
    model.eval()
    total, state = 0.0, None
    for begin in range(0, len(inputs), window):
        part = inputs[begin : begin + window]
        loss, state = loss_of(model, part, targets[begin : begin + window], state)
        total += loss.item() * len(part)
    model.train()
    return total / len(inputs)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("text")
    parser.add_argument("recipe", type=json.loads)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--fused", action="store_true")
    options = parser.parse_args()
    recipe = options.recipe
    torch.set_num_threads(options.threads)
    torch.manual_seed(recipe["seed"])

    text = Path(options.text).read_text(encoding="utf-8")
    numbers = {character: number for number, character in enumerate(sorted(set(text)))}
    tokens = torch.tensor([numbers[character] for character in text])
    cut = int(len(tokens) * recipe["trainingShare"])
    batch, window = recipe["batchSize"], recipe["sequenceLength"]
    inputs, targets = streams(tokens[:cut], batch)
    validation = streams(tokens[cut:], batch)
    windows = len(inputs) // window
    steps = windows * recipe["epochs"]

    model = LanguageModel(len(numbers), recipe["embeddingSize"], recipe["hiddenSize"], recipe["layers"], recipe["dropout"])
    adam = torch.optim.Adam(model.parameters(), **({"fused": True} if options.fused else {}))
    step, begin = 0, time.perf_counter()
    for epoch in range(1, recipe["epochs"] + 1):
        state = None
        for start in range(0, windows * window, window):
            step += 1
            for group in adam.param_groups:
                group["lr"] = rate_at(step, steps, recipe)
            adam.zero_grad()
            loss, state = loss_of(model, inputs[start : start + window], targets[start : start + window], state)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), recipe["clippingThreshold"])
            adam.step()
        loss = validation_loss(model, *validation, window)
        print(json.dumps({"epoch": epoch, "loss": loss, "seconds": time.perf_counter() - begin}), flush=True)


if __name__ == "__main__":
    main()
