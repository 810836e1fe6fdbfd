"""Optuna's search on the recorded table of search-table.mjs, for search-regret.mjs --peers.

usage: python3 bench/peers/optuna_search.py [--table FILE] [--searches 50] [--budgets 3,5,10,20] [--output FILE]

TPESampler with HyperbandPruner, with the default and the multivariate sampler. Values of the grid are searched by their places, as integers. A
trial reports the annealed loss at the end of each rung, and going on from a rung costs the steps from 80% of it, as in search-regret.mjs. A search
recommends the best config of the highest rung that it has a result of. Needs optuna (Debian: python3-optuna).
"""

import argparse
import gzip
import json
import platform
from pathlib import Path

import optuna

results = Path(__file__).resolve().parent.parent / "results"
parser = argparse.ArgumentParser()
parser.add_argument("--table", default=results / "search-table.json.gz")
parser.add_argument("--searches", type=int, default=50)
parser.add_argument("--budgets", default="3,5,10,20")
parser.add_argument("--output", default=results / "search-optuna.json")
options = parser.parse_args()

table = json.loads(gzip.open(options.table).read())
rungs = table["rungs"]
grid = table["grid"]
budgets = [float(budget) for budget in options.budgets.split(",")]
DECAY = 0.2


def recommended(reached):
    """The config with the lowest loss of the highest rung; `reached` has a list of pairs (config, loss) for each rung."""
    highest = [pairs for pairs in reached if pairs][-1]
    return min(highest, key=lambda pair: pair[1])[0]


def search(losses, seed, sampler):
    """The index of the recommended config at each budget."""
    pruner = optuna.pruners.HyperbandPruner(min_resource=rungs[0], max_resource=rungs[-1], reduction_factor=3)
    # The bracket of a trial is drawn from the name of the study.
    study = optuna.create_study(study_name=f"search-{seed}", sampler=sampler, pruner=pruner)
    reached = [[] for _ in rungs]
    recommendations = []
    spent = 0
    while True:
        trial = study.ask()
        config = 0
        for key in grid:
            config = config * len(key["values"]) + trial.suggest_int(key["key"], 0, len(key["values"]) - 1)
        for rung, steps in enumerate(rungs):
            cost = steps - (0 if rung == 0 else rungs[rung - 1] * (1 - DECAY))
            while spent + cost > budgets[len(recommendations)] * rungs[-1]:
                recommendations.append(recommended(reached))
                if len(recommendations) == len(budgets):
                    return recommendations
            spent += cost
            loss = losses[config][rung]
            loss = float("inf") if loss is None else loss
            reached[rung].append((config, loss))
            trial.report(loss, steps)
            if loss == float("inf") or (rung < len(rungs) - 1 and trial.should_prune()):
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
            if rung == len(rungs) - 1:
                study.tell(trial, loss)


optuna.logging.set_verbosity(optuna.logging.ERROR)
samplers = {
    "Optuna, TPE and Hyperband": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "Optuna, multivariate TPE and Hyperband": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True),
}
output = {
    "optuna": optuna.__version__,
    "python": platform.python_version(),
    "budgets": budgets,
    "recommended": {
        str(one["seed"]): {
            name: [
                search([config["losses"] for config in one["configs"]], seed, sampler(seed))
                for seed in range(1, options.searches + 1)
            ]
            for name, sampler in samplers.items()
        }
        for one in table["seeds"]
    },
}
Path(options.output).write_text(json.dumps(output) + "\n")
