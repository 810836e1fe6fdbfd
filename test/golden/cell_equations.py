"""Writes cell-equations/<cell>.json: the outputs, states and gradients of layers whose cells torch.nn does not have.

Each cell is a plain torch program in float64, one step after the other, from the equations of its paper.
usage: python3 cell_equations.py
"""
import json
from pathlib import Path

import torch
from torch import sigmoid, tanh

FOLDER = Path(__file__).parent / "cell-equations"
T, B, E, H = 4, 3, 5, 6
CELLS = {}


def cell(name, parameters, states, cases):
    """Registers one step of a cell: (x, state, parameters, options) -> (output, state).

    parameters, states: functions of (options, E, H) that return shapes by name; states start with random values.
    cases: pairs of options and sizes that differ from the usual ones
    """

    def register(step):
        CELLS[name] = (step, parameters, states, cases)
        return step

    return register


def of_size(*names):
    return lambda options, E, H: {name: (H,) for name in names}


def lstm_parameters(options, E, H):
    gates = 3 if options["coupledGates"] else 4
    shapes = {"weight_ih": (gates * H, E), "weight_hh": (gates * H, H), "bias_ih": (gates * H,), "bias_hh": (gates * H,)}
    return {**shapes, "peepholes": ((gates - 1) * H,)} if options["peepholes"] else shapes


@cell("lstm", lstm_parameters, of_size("h", "c"), [
    ({"coupledGates": coupled, "peepholes": peepholes}, {}) for coupled, peepholes in [(True, False), (False, True), (True, True)]
])
def lstm(x, s, p, options):
    """The equations of Gers and Schmidhuber 2000 and of Greff et al. 2017 (CIFG)."""
    h, c = s["h"], s["c"]
    coupled = options["coupledGates"]
    z = x @ p["weight_ih"].T + p["bias_ih"] + h @ p["weight_hh"].T + p["bias_hh"]
    if coupled:
        z_f, z_g, z_o = z.chunk(3, -1)
    else:
        z_i, z_f, z_g, z_o = z.chunk(4, -1)
    if options["peepholes"]:
        *p_i, p_f, p_o = p["peepholes"].chunk(2 if coupled else 3)
        z_f = z_f + p_f * c
        if not coupled:
            z_i = z_i + p_i[0] * c
    f = sigmoid(z_f)
    i = 1 - f if coupled else sigmoid(z_i)
    c = f * c + i * tanh(z_g)
    o = sigmoid(z_o + p_o * c) if options["peepholes"] else sigmoid(z_o)
    h = o * tanh(c)
    return h, {"h": h, "c": c}


@cell("mgu", lambda options, E, H: {"weight_ih": (2 * H, E), "weight_hh": (2 * H, H), "bias": (2 * H,)}, of_size("h"), [({}, {})])
def mgu(x, s, p, options):
    """Zhou et al. 2016, equations 6 to 8."""
    h = s["h"]
    (W_f, W_n), (U_f, U_n), (b_f, b_n) = (p[name].chunk(2) for name in ("weight_ih", "weight_hh", "bias"))
    f = sigmoid(x @ W_f.T + h @ U_f.T + b_f)
    n = tanh(x @ W_n.T + (f * h) @ U_n.T + b_n)
    h = (1 - f) * h + f * n
    return h, {"h": h}


def g(v):
    """Feng et al. 2024, appendix B."""
    return torch.where(v >= 0, v + 0.5, sigmoid(v))


def from_input(gates):
    return lambda options, E, H: {"weight_ih": (gates * H, E), "bias": (gates * H,)}


CANDIDATES = [({"candidate": candidate}, {}) for candidate in ("positive", "linear")]


@cell("mingru", from_input(2), of_size("h"), CANDIDATES)
def mingru(x, s, p, options):
    """Feng et al. 2024, sections 3.1 and B.2.1."""
    k, n = (x @ p["weight_ih"].T + p["bias"]).chunk(2, -1)
    z = sigmoid(k)
    n = g(n) if options["candidate"] == "positive" else n
    h = (1 - z) * s["h"] + z * n
    return h, {"h": h}


@cell("minlstm", from_input(3), of_size("h"), CANDIDATES)
def minlstm(x, s, p, options):
    """Feng et al. 2024, sections 3.2 and B.2.2."""
    f, i, n = (x @ p["weight_ih"].T + p["bias"]).chunk(3, -1)
    f, i = sigmoid(f), sigmoid(i)
    n = g(n) if options["candidate"] == "positive" else n
    h = f / (f + i) * s["h"] + i / (f + i) * n
    return h, {"h": h}


def sru_parameters(options, E, H):
    return {"weight_ih": ((3 if E == H else 4) * H, E), "v": (2 * H,), "bias_f": (H,), "bias_r": (H,)}


@cell("sru", sru_parameters, of_size("c"), [({"highwayBias": 0}, {"E": H}), ({"highwayBias": -2}, {})])
def sru(x, s, p, options):
    """Lei et al. 2018, equations 1 to 4 and section 3.2."""
    W, W_f, W_r, *W_h = p["weight_ih"].split(len(p["bias_f"]))
    v_f, v_r = p["v"].chunk(2)
    c = s["c"]
    alpha = (1 + 2 * torch.exp(torch.tensor(options["highwayBias"], dtype=torch.float64))).sqrt()
    f = sigmoid(x @ W_f.T + v_f * c + p["bias_f"])
    r = sigmoid(x @ W_r.T + v_r * c + p["bias_r"])
    c = f * c + (1 - f) * (x @ W.T)
    skip = x @ W_h[0].T if W_h else x
    return r * c + (1 - r) * skip * alpha, {"c": c}


def qrnn_states(options, E, H):
    k = options["window"]
    return {"c": (H,), **({"previous": ((k - 1) * E,)} if k > 1 else {})}


@cell("qrnn", lambda options, E, H: {"weight_ih": (3 * H, options["window"] * E), "bias": (3 * H,)}, qrnn_states,
      [({"window": k}, {}) for k in (1, 2, 3)])
def qrnn(x, s, p, options):
    """Bradbury et al. 2017, equations 1 and 4. The window of inputs, the newest first, is part of the state."""
    k, E = options["window"], x.shape[-1]
    X = torch.cat([x, s["previous"]], -1) if k > 1 else x
    z, f, o = (X @ p["weight_ih"].T + p["bias"]).chunk(3, -1)
    z, f, o = tanh(z), sigmoid(f), sigmoid(o)
    c = f * s["c"] + (1 - f) * z
    return o * c, {"c": c, **({"previous": X[:, : (k - 1) * E]} if k > 1 else {})}


def mogrifier_parameters(options, E, H):
    shapes = {"weight_ih": (4 * H, E), "weight_hh": (4 * H, H), "bias_ih": (4 * H,), "bias_hh": (4 * H,)}
    for i in range(1, options["rounds"] + 1):
        name, rows, columns = (f"weight_q{i}", E, H) if i % 2 == 1 else (f"weight_r{i}", H, E)
        if "rank" in options:
            shapes.update({f"{name}_left": (rows, options["rank"]), f"{name}_right": (options["rank"], columns)})
        else:
            shapes[name] = (rows, columns)
    return shapes


@cell("mogrifier-lstm", mogrifier_parameters, of_size("h", "c"),
      [({"rounds": 1}, {}), ({"rounds": 5}, {}), ({"rounds": 4, "rank": 2}, {})])
def mogrifier_lstm(x, s, p, options):
    """Melis et al. 2020, equations 1 and 2 and section 2; then torch's own LSTM cell."""
    h, c = s["h"], s["c"]
    matrix = lambda name: p[name] if name in p else p[f"{name}_left"] @ p[f"{name}_right"]
    for i in range(1, options["rounds"] + 1):
        if i % 2 == 1:
            x = 2 * sigmoid(h @ matrix(f"weight_q{i}").T) * x
        else:
            h = 2 * sigmoid(x @ matrix(f"weight_r{i}").T) * h
    h, c = torch.lstm_cell(x, (h, c), p["weight_ih"], p["weight_hh"], p["bias_ih"], p["bias_hh"])
    return h, {"h": h, "c": c}


SLSTM = lambda options, E, H: {"weight_ih": (4 * H, E), "weight_hh": (4 * H, H), "bias_ih": (4 * H,), "bias_hh": (4 * H,)}


@cell("slstm", SLSTM, of_size("h", "c", "n", "m"), [({"forget": forget}, {}) for forget in ("sigmoid", "exponential")])
def slstm(x, s, p, options):
    """Beck et al. 2024, equations 8 to 17."""
    h, c, n, m = s["h"], s["c"], s["n"], s["m"]
    i, f, z, o = (x @ p["weight_ih"].T + p["bias_ih"] + h @ p["weight_hh"].T + p["bias_hh"]).chunk(4, -1)
    log_f = torch.nn.functional.logsigmoid(f) if options["forget"] == "sigmoid" else f
    new_m = torch.maximum(log_f + m, i)
    i, f = torch.exp(i - new_m), torch.exp(log_f + m - new_m)
    c = f * c + i * tanh(z)
    n = f * n + i
    h = sigmoid(o) * (c / n)
    return h, {"h": h, "c": c, "n": n, "m": new_m}


def rg_lru_parameters(options, E, H):
    return {**({} if E == H else {"weight_in": (H, E)}), "weight_ih": (2 * H, H), "bias": (2 * H,), "lambda": (H,)}


@cell("rg-lru", rg_lru_parameters, of_size("h"), [({}, {"E": H}), ({}, {})])
def rg_lru(x, s, p, options):
    """De et al. 2024, equations 1 to 4."""
    if "weight_in" in p:
        x = x @ p["weight_in"].T
    r, i = sigmoid(x @ p["weight_ih"].T + p["bias"]).chunk(2, -1)
    a = sigmoid(p["lambda"]) ** (8 * r)
    h = a * s["h"] + torch.sqrt(1 - a**2) * (i * x)
    return h, {"h": h}


def jordan_parameters(options, E, H):
    return {"weight_ih": (H, E), "weight_hh": (H, H), "bias": (H,), "weight_out": (H, H), "bias_out": (H,)}


@cell("jordan", jordan_parameters, of_size("s"), [({"decay": decay}, {}) for decay in (0, 0.5)])
def jordan(x, s, p, options):
    """Jordan 1986, with an output layer within the cell."""
    h = tanh(x @ p["weight_ih"].T + s["s"] @ p["weight_hh"].T + p["bias"])
    y = tanh(h @ p["weight_out"].T + p["bias_out"])
    return y, {"s": options["decay"] * s["s"] + y}


def exp_rnn_parameters(options, E, H):
    return {"weight_ih": (H, E), "weight_u": (H, H // 2), "weight_v": (H, H // 2), "bias": (H,)}


def rotation(p):
    U, V = p["weight_u"], p["weight_v"]
    return torch.matrix_exp(U @ V.T - V @ U.T)


def mod_relu(z, b):
    """Arjovsky et al. 2016, equation 8."""
    return torch.sign(z) * torch.relu(z.abs() + b)


@cell("exp-rnn", exp_rnn_parameters, of_size("h"), [({}, {}), ({}, {"H": 7})])
def exp_rnn(x, s, p, options):
    """Lezcano-Casado and Martinez-Rubio 2019, with torch's matrix exponential."""
    h = mod_relu(s["h"] @ rotation(p).T + x @ p["weight_ih"].T, p["bias"])
    return h, {"h": h}


def goru_parameters(options, E, H):
    rotation = {"weight_u": (H, H // 2), "weight_v": (H, H // 2)}
    return {"weight_ih": (3 * H, E), "weight_hh": (2 * H, H), "bias": (2 * H,), **rotation, "bias_n": (H,)}


@cell("goru", goru_parameters, of_size("h"), [({}, {})])
def goru(x, s, p, options):
    """Jing et al. 2019, with the rotation of expRNN."""
    h = s["h"]
    x_r, x_z, x_n = (x @ p["weight_ih"].T).chunk(3, -1)
    h_r, h_z = (h @ p["weight_hh"].T + p["bias"]).chunk(2, -1)
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    n = mod_relu(x_n + r * (h @ rotation(p).T), p["bias_n"])
    h = z * h + (1 - z) * n
    return h, {"h": h}


def mlstm_parameters(options, E, H):
    gates = 2 * options["heads"]
    return {"weight_ih": (4 * H, E), "bias": (4 * H,), "weight_if": (gates, E), "bias_if": (gates,)}


def mlstm_states(options, E, H):
    return {"C": (H * H // options["heads"],), "n": (H,), "m": (options["heads"],)}


MLSTM = [({"heads": heads}, {}) for heads in (1, 2, 3)]


@cell("mlstm", mlstm_parameters, mlstm_states, MLSTM)
def mlstm(x, s, p, options):
    """Beck et al. 2024, equations 19 to 27, with the stabilizer."""
    heads, rows = options["heads"], len(x)
    parts = lambda value: value.view(rows, heads, -1)
    q, k, v, o = (x @ p["weight_ih"].T + p["bias"]).chunk(4, -1)
    i, f = (x @ p["weight_if"].T + p["bias_if"]).chunk(2, -1)
    q, k, v = parts(q), parts(k), parts(v)
    d = q.shape[-1]
    k = k / d**0.5
    log_f = torch.nn.functional.logsigmoid(f)
    m = torch.maximum(log_f + s["m"], i)
    i, f = torch.exp(i - m)[..., None], torch.exp(log_f + s["m"] - m)[..., None]
    C = f[..., None] * s["C"].view(rows, heads, d, d) + i[..., None] * torch.einsum("bhi,bhj->bhij", v, k)
    n = f * parts(s["n"]) + i * k
    size = torch.maximum((n * q).sum(-1).abs(), torch.exp(-m))[..., None]
    h = sigmoid(o) * (torch.einsum("bhij,bhj->bhi", C, q) / size).reshape(rows, -1)
    return h, {"C": C.reshape(rows, -1), "n": n.reshape(rows, -1), "m": m}


# Parts of states that are never below 0; they begin with values between 1 and 3.
POSITIVE = {"n"}


def golden(name, options, sizes, seed):
    step, parameters, states, _ = CELLS[name]
    sizes = {"T": T, "B": B, "E": E, "H": H, **sizes}
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return (torch.rand(*shape, generator=generator) * 2 - 1).double().requires_grad_()

    shapes = parameters(options, sizes["E"], sizes["H"])
    p = {name: draw(*shape) for name, shape in shapes.items()}
    state = {
        name: (draw(sizes["B"], *shape) + 2 * (name in POSITIVE)).detach().requires_grad_()
        for name, shape in states(options, sizes["E"], sizes["H"]).items()
    }
    x, weights = draw(sizes["T"], sizes["B"], sizes["E"]), draw(sizes["T"], sizes["B"], sizes["H"])
    outputs, now = [], state
    for x_t in x:
        output, now = step(x_t, now, p, options)
        outputs.append(output)
    outputs = torch.stack(outputs)
    (outputs * weights).sum().backward()

    flat = lambda tensor: tensor.detach().flatten().tolist()
    given = {**p, "x": x, **state}
    return {
        "options": options,
        "sizes": sizes,
        "shapes": shapes,
        "inputs": {name: flat(value) for name, value in [*given.items(), ("weights", weights)]},
        "outputs": {
            "output": flat(outputs),
            **{f"next.{name}": flat(value) for name, value in now.items()},
            **{f"grad.{name}": flat(value.grad) for name, value in given.items()},
        },
    }


def main():
    FOLDER.mkdir(exist_ok=True)
    for name, (*_, cases) in CELLS.items():
        goldens = [golden(name, options, sizes, seed) for seed, (options, sizes) in enumerate(cases, start=1)]
        (FOLDER / f"{name}.json").write_text(json.dumps(goldens) + "\n")


if __name__ == "__main__":
    main()
