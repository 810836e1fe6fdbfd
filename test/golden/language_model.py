"""The language model of the goldens: embedding -> recurrent layers -> decoder, with parameter names as in Textloom's files.

torch.nn's modules do the work wherever torch has the cell. The GRU that resets before the recurrent product (Cho et al. 2014) is
not in torch: its forward equations stand here, and its gradients are torch's autograd.
"""
import torch
from torch import nn

CELLS = {  # as in a Textloom config
    "rnn-tanh": {"type": "rnn", "nonlinearity": "tanh"},
    "rnn-relu": {"type": "rnn", "nonlinearity": "relu"},
    "lstm": {"type": "lstm"},
    "gru-after": {"type": "gru", "reset": "after"},
    "gru-before": {"type": "gru", "reset": "before"},
}


class ResetBeforeGRU(nn.Module):
    """n = tanh(W x + b_ih + U (r * h) + b_hh); h' = (1 - z) * n + z * h. Parameters named and stacked (r z n) as in torch.nn.GRU."""

    def __init__(self, E, H, layers):
        super().__init__()
        self.layers = layers
        for layer in range(layers):
            self.register_parameter(f"weight_ih_l{layer}", nn.Parameter(torch.empty(3 * H, E if layer == 0 else H)))
            self.register_parameter(f"weight_hh_l{layer}", nn.Parameter(torch.empty(3 * H, H)))
            self.register_parameter(f"bias_ih_l{layer}", nn.Parameter(torch.empty(3 * H)))
            self.register_parameter(f"bias_hh_l{layer}", nn.Parameter(torch.empty(3 * H)))

    def forward(self, inputs, state):
        finals = []
        for layer in range(self.layers):
            W, U, b, c = (getattr(self, f"{name}_l{layer}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            (Wr, Wz, Wn), (Ur, Uz, Un), (br, bz, bn), (cr, cz, cn) = (p.chunk(3) for p in (W, U, b, c))
            h, outputs = state[layer], []
            for x in inputs:
                r = torch.sigmoid(x @ Wr.T + br + h @ Ur.T + cr)
                z = torch.sigmoid(x @ Wz.T + bz + h @ Uz.T + cz)
                n = torch.tanh(x @ Wn.T + bn + (r * h) @ Un.T + cn)
                h = (1 - z) * n + z * h
                outputs.append(h)
            inputs = torch.stack(outputs)
            finals.append(h)
        return inputs, torch.stack(finals)


def recurrent(cell, E, H, layers):
    if cell == "lstm":
        return nn.LSTM(E, H, layers)
    if cell == "gru-after":
        return nn.GRU(E, H, layers)
    if cell == "gru-before":
        return ResetBeforeGRU(E, H, layers)
    return nn.RNN(E, H, layers, nonlinearity=cell.removeprefix("rnn-"))


class LanguageModel(nn.Module):
    """Tokens (T, B) and a state of (layers, B, H) arrays to logits (T, B, V) and the state after the last token."""

    def __init__(self, cell, V, E, H, layers, tied=False):
        super().__init__()
        self.encoder = nn.Embedding(V, E)
        self.rnn = recurrent(cell, E, H, layers)
        self.decoder = nn.Linear(H, V)
        if tied:
            self.decoder.weight = self.encoder.weight

    def forward(self, tokens, state):
        hidden, state = self.rnn(self.encoder(tokens), state)
        return self.decoder(hidden), state


def fill_uniform(model, limit, generator):
    """Every parameter uniform in (-limit, limit), drawn as float32 so that a float64 model starts from float32 numbers."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_((torch.rand(parameter.shape, generator=generator, dtype=torch.float32) * 2 - 1) * limit)


def mean_cross_entropy(logits, targets):
    """Nats per token over all positions."""
    return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


SMALL = {"vocabularySize": 11, "embeddingSize": 6, "hiddenSize": 10, "layers": 2, "batchSize": 4, "sequenceLength": 6}


def small_training(cell, seed):
    """A model of the sizes of SMALL, inputs and targets (2, T, B) of two windows of one circular stream, and all of them as arrays by name."""
    V, E, H, layers, B, T = SMALL.values()
    generator = torch.Generator().manual_seed(seed)
    model = LanguageModel(cell, V, E, H, layers)
    fill_uniform(model, 0.5, generator)
    stream = torch.randint(V, (2 * T, B), generator=generator)
    inputs, targets = stream.view(2, T, B), stream.roll(-1, dims=0).view(2, T, B)
    tensors = {name: p.detach().clone().numpy() for name, p in model.named_parameters()}
    tensors.update({"inputs": inputs.int().numpy(), "targets": targets.int().numpy()})
    return model, inputs, targets, tensors
