import type { ModelOptions } from '../model/parameter-table.js';

/** The network in Python: its parameters have the names, shapes and gate orders of the exported tensors. */
export function languageModelClass({
  cell,
  layers,
  vocabularySize: V,
  embeddingSize: E,
  hiddenSize: H,
  tieWeights,
}: ModelOptions): string {
  const state = cell.type === 'lstm' ? `(h, c), each (${layers}, batch, ${H})` : `(${layers}, batch, ${H})`;
  return `class LanguageModel(nn.Module):
    """Embedding, recurrent layers, decoder."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Embedding(${V}, ${E})
        self.rnn = ${recurrentModule(cell, `${E}, ${H}, num_layers=${layers}`)}
        self.decoder = nn.Linear(${H}, ${V})
${tieWeights ? '        self.decoder.weight = self.encoder.weight\n' : ''}
    def forward(self, tokens, state=None):
        """Tokens (batch, time) to logits (batch, time, ${V}), and the state to go on from: ${state}."""
        hidden, state = self.rnn(self.encoder(tokens), state)
        return self.decoder(hidden), state`;
}

function recurrentModule(cell: ModelOptions['cell'], sizes: string): string {
  switch (cell.type) {
    case 'lstm':
      return `nn.LSTM(${sizes}, batch_first=True)`;
    case 'gru':
      return cell.reset === 'after' ? `nn.GRU(${sizes}, batch_first=True)` : `ResetBeforeGRU(${sizes})`;
    case 'rnn':
      return `nn.RNN(${sizes}, nonlinearity="${cell.nonlinearity}", batch_first=True)`;
  }
}

/** The one cell that torch.nn does not have. */
export const resetBeforeClass = `class ResetBeforeGRU(nn.Module):
    """The gated recurrent unit of Cho et al. 2014. torch.nn.GRU resets after the recurrent product, n = tanh(W x + b + r * (U h + c));
    here the reset comes before it: n = tanh(W x + b + U (r * h) + c). Parameters and gates (r z n) are as in torch.nn.GRU."""

    def __init__(self, input_size, hidden_size, num_layers):
        super().__init__()
        self.num_layers, self.hidden_size = num_layers, hidden_size
        for layer in range(num_layers):
            width = input_size if layer == 0 else hidden_size
            shapes = {"weight_ih": (width,), "weight_hh": (hidden_size,), "bias_ih": (), "bias_hh": ()}
            for name, shape in shapes.items():
                self.register_parameter(f"{name}_l{layer}", nn.Parameter(torch.zeros(3 * hidden_size, *shape)))

    def forward(self, x, state=None):
        if state is None:
            state = x.new_zeros(self.num_layers, len(x), self.hidden_size)
        last = []
        for layer, h in enumerate(state):
            W, U, b, c = (getattr(self, f"{name}_l{layer}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            (Ur, Uz, Un), (cr, cz, cn) = U.chunk(3), c.chunk(3)
            outputs = []
            for gates in (x @ W.T + b).unbind(1):
                xr, xz, xn = gates.chunk(3, -1)
                r = torch.sigmoid(xr + h @ Ur.T + cr)
                z = torch.sigmoid(xz + h @ Uz.T + cz)
                n = torch.tanh(xn + (r * h) @ Un.T + cn)
                h = (1 - z) * n + z * h
                outputs.append(h)
            x = torch.stack(outputs, 1)
            last.append(h)
        return x, torch.stack(last)`;
