"""Imports exported modules and prints what each computes, as one JSON list.

usage: python3 run_exported_modules.py < JOBS

JOBS is a JSON list of {module, windows, texts, prompt, maxTokens}: the path of a module, windows of tokens (each batch x time) that
are read one after the other with the state carried, texts to encode, and a prompt to go on from.
"""
import importlib.util
import json
import sys

import torch


def load_module(path):
    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answer(job):
    module = load_module(job["module"])
    model = module.load()
    logits, state = [], None
    with torch.no_grad():
        for window in job["windows"]:
            out, state = model(torch.tensor(window), state)
            logits.append(out.tolist())
    ids = [module.encode(text) for text in job["texts"]]
    return {
        "logits": logits,
        "ids": ids,
        "texts": [module.decode(i) for i in ids],
        "sample": module.generate(model, job["prompt"], job["maxTokens"]),
        "names": sorted(model.state_dict()),
    }


torch.set_num_threads(1)
json.dump([answer(job) for job in json.load(sys.stdin)], sys.stdout)
