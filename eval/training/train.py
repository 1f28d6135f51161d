"""Train the small judge: ``python -m eval.training.train --help``.

Law: the same data and seed give the same pairs; an article named by ``--without`` is not trained on. The
word table of the embedding model stays as it is, so that only the layers and the head are written.

Does not know: how good the result is; ``measure`` tells that.
"""

import argparse
import hashlib
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.run import one_line
from eval.training.cases import article_key, read_cases
from eval.training.pairs import Example, Mix, make_examples, shown
from eval.training.pointing import pointing_loss
from eval.training.sentences import QAMR, TABLE, sentence_examples
from index.atomic import write_whole
from index.errors import BylineError, CasesError, StorageError
from rag.models.judge import WEIGHTS
from rag.models.judge.encoder import Network, open_base, open_network, open_tokenizer, parts_of, read, sides

SETTINGS = "judge.json"
AGAIN = "Train it again: python -m eval.training.train --help"
_CLIP = 4.0
"""The longest gradient that is followed."""
_TOLD, _STRETCH = 50, 40
"""Steps between two lines that are told; batches in a stretch that is sorted by length."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """One training: passes over the data, pairs a step, highest step size, chance to hide a short answer,
    share of the steps in which the step size rises, the most steps (None: all), and what pointing at the
    answer's words counts beside judging."""

    epochs: int = 2
    batch: int = 24
    rate: float = 1e-4
    hide_short: float = 0.5
    warmup: float = 0.1
    seed: int = 1
    steps: int | None = None
    pointing: float = 0.0


def train(network: Network, examples: Sequence[Example], plan: Plan, tell: Tell) -> Network:
    """Train ``network`` in place on ``examples`` and return it. A step's pairs are of like length."""
    import torch

    torch.manual_seed(plan.seed)
    step = _stepper(network, plan, _steps(examples, plan))
    began, total = time.monotonic(), 0.0
    network.bert.train()
    for done, chosen in enumerate(_every(examples, plan), 1):
        total += step(chosen)
        if done % _TOLD == 0:
            speed = done * plan.batch / (time.monotonic() - began)
            tell(f"step {done}/{_steps(examples, plan)} loss {total / _TOLD:.3f} {speed:.1f} pairs/s")
            total = 0.0
        if done == plan.steps:
            break
    network.bert.eval()
    return network


def write(network: Network, folder: Path, settings: dict[str, object]) -> str:
    """Write the layers and the head as float16, with ``settings``; returns the SHA-256 of the weights.

    Raises StorageError.
    """
    from safetensors.torch import save

    state = {
        part + name: value
        for part, module in parts_of(network)
        for name, value in module.state_dict().items()
    }
    data = save({n: v.detach().half().contiguous() for n, v in state.items() if "embeddings" not in n})
    digest = hashlib.sha256(data).hexdigest()
    text = json.dumps({**settings, "sha256": digest}, indent=2, ensure_ascii=False) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / WEIGHTS.name, data)
        write_whole(folder / SETTINGS, text.encode())
    except OSError as error:
        raise StorageError(f"{folder} can't be written: {error.strerror}", "Name another --out.") from error
    return digest


def made(folder: Path) -> tuple[frozenset[str], str]:
    """The articles that the judge in ``folder`` was trained on, and the SHA-256 of its weights.

    Raises CasesError where it does not say so.
    """
    try:
        settings: dict[str, Any] = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        return frozenset(settings["articles"]), str(settings["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CasesError(f"{folder / SETTINGS} does not say what a judge was trained on", AGAIN) from error


def _stepper(network: Network, plan: Plan, steps: int) -> Callable[[Sequence[Example]], float]:
    """What makes one step with a batch, and returns its loss."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    tokenizer = open_tokenizer()
    network.bert.embeddings.requires_grad_(False)
    weights = [w for _, module in parts_of(network) for w in module.parameters() if w.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=plan.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: _rate(at, steps, plan.warmup))

    def step(chosen: Sequence[Example]) -> float:
        encoded = tokenizer.encode_batch([sides(one.pair) for one in chosen])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits, states = read(network, encoded)
            pointed = pointing_loss(network, states, encoded, chosen) if plan.pointing else 0.0
        labels = torch.tensor([one.label for one in chosen])
        loss: Any = binary_cross_entropy_with_logits(logits.float(), labels) + plan.pointing * pointed
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, _CLIP)
        optimizer.step()
        schedule.step()
        return float(loss.item())

    return step


def _steps(examples: Sequence[Example], plan: Plan) -> int:
    whole = plan.epochs * (len(examples) // plan.batch + 1)
    return min(whole, plan.steps or whole)


def _every(examples: Sequence[Example], plan: Plan) -> Iterator[list[Example]]:
    """The batches of all epochs."""
    chance = random.Random(plan.seed)
    for _ in range(plan.epochs):
        yield from _batches(shown(examples, plan.hide_short, chance), plan.batch, chance)


def _batches(examples: list[Example], size: int, chance: random.Random) -> Iterator[list[Example]]:
    """Batches of like length, cut from shuffled stretches, in a shuffled order."""
    mixed = chance.sample(examples, len(examples))
    batches: list[list[Example]] = []
    for start in range(0, len(mixed), size * _STRETCH):
        near = sorted(mixed[start : start + size * _STRETCH], key=_length)
        batches += [near[at : at + size] for at in range(0, len(near), size)]
    chance.shuffle(batches)
    yield from batches


def _length(example: Example) -> int:
    pair = example.pair
    return sum(map(len, (pair.question, pair.short, pair.title, pair.before, pair.sentence)))


def _rate(step: int, steps: int, warmup: float) -> float:
    """The share of the highest step size: up in a line, then down in a line."""
    rising = max(1, round(steps * warmup))
    return (step + 1) / rising if step < rising else max(0.02, (steps - step) / max(1, steps - rising))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval.training.train", description=(__doc__ or "").split(":", 1)[0] + "."
    )
    parser.add_argument(
        "files", nargs="+", type=Path, help="SQuAD's .json, cases .jsonl beside corpus/, or QAMR's .tsv"
    )
    parser.add_argument("--out", required=True, type=Path, help="the folder to write the judge to")
    parser.add_argument("--start", type=Path, help="folder of a judge to go on from")
    parser.add_argument("--without", nargs="*", default=[], help="articles to leave out, as in huguenot")
    parser.add_argument("--limit", type=int, help="only the first so many cases")
    parser.add_argument("--steps", type=int, help="stop after so many steps")
    parser.add_argument("--epochs", type=int, default=2, help="passes over the data (2)")
    parser.add_argument("--rate", type=float, default=1e-4, help="the highest step size (0.0001)")
    parser.add_argument("--batch", type=int, default=24, help="pairs a step (24)")
    parser.add_argument("--wrong", type=float, default=0.35, help="share with a wrong sentence too (0.35)")
    parser.add_argument("--changed", type=float, default=0.0, help="share with a changed question too (0)")
    parser.add_argument("--hidden", type=float, default=0.5, help="share without its short answer (0.5)")
    parser.add_argument("--pointing", type=float, default=0.0, help="what pointing counts (0)")
    parser.add_argument("--threads", type=int, default=2, help="threads (2)")
    return parser


def _examples(asked: argparse.Namespace, seed: int) -> tuple[list[Example], set[str]]:
    """What is trained on as asked, and the articles that it is of. Raises CasesError for nothing at all."""
    if TABLE in {file.suffix for file in asked.files}:
        if asked.without:
            raise CasesError("QAMR's tables don't name their articles", "Leave out --without.")
        examples, articles = sentence_examples(asked.files, asked.limit, seed), {QAMR}
    else:
        cases = read_cases(asked.files, frozenset(map(article_key, asked.without)))[: asked.limit]
        mix = Mix(wrong=asked.wrong, changed=asked.changed)
        examples, articles = make_examples(cases, mix, seed), {case.article for case in cases}
    if not examples:
        raise CasesError("There are no cases to train on", "Name other files, or leave out fewer articles.")
    return examples, articles


def _made(asked: argparse.Namespace) -> str:
    """Train as asked; returns the digest of what was written."""
    import torch

    plan = Plan(
        asked.epochs, asked.batch, asked.rate, asked.hidden, steps=asked.steps, pointing=asked.pointing
    )
    examples, articles = _examples(asked, plan.seed)
    torch.set_num_threads(asked.threads)
    torch.manual_seed(plan.seed)
    before, digest = made(asked.start) if asked.start else (frozenset(), "")
    network = open_network(asked.start / WEIGHTS.name, digest, AGAIN) if asked.start else open_base()
    _say(f"{len(examples)} pairs")
    train(network, examples, plan, _say)
    told = {"articles": sorted(articles | before), "pairs": len(examples), "plan": asdict(plan)}
    return write(network, asked.out, told)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """Read the data, train, write the folder and tell the SHA-256 of its weights; returns the exit code."""
    asked = _parser().parse_args(argv)
    try:
        _say(_made(asked))
    except BylineError as error:
        sys.stderr.write(one_line(error) + "\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
