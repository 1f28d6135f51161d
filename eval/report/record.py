"""Results -> the values of report.json.

Law: every case and every probe is there, with its verdict, answer and citations; a later run can be
compared with it.

Does not know: files, pages.
"""

from dataclasses import asdict
from typing import Any

from eval.probe import Finding
from eval.results import Results
from eval.score import Outcome, Rate
from rag.answer import Answer, Citation

VERSION = 2


def to_json(results: Results) -> dict[str, Any]:
    """The results as JSON values: figures, thresholds, and each case and probe with its answer."""
    run, scores, rates = results.run, results.scores, results.rates
    return {
        "version": VERSION,
        "planned": run.planned,
        "stopped": run.stopped,
        "passed": scores.passed,
        "failed": scores.failed,
        "rates": {name: _rate(rate) for name, rate in rates.items()},
        "kinds": {
            kind: {name: _rate(rate) for name, rate in each.items()} for kind, each in scores.kinds.items()
        },
        "seconds": {
            name: asdict(spread) for name, spread in {"all": scores.seconds, **scores.stages}.items()
        },
        "tokens": {"prompt": scores.prompt_tokens, "completion": scores.completion_tokens},
        "risk_coverage": asdict(results.curve),
        "thresholds": [{**asdict(one), "met": one.met(rates)} for one in results.thresholds],
        "comparison": asdict(results.comparison) if results.comparison else None,
        "cases": [_case(outcome) for outcome in run.outcomes],
        "probes": [_probe(finding) for finding in results.findings],
    }


def _rate(rate: Rate) -> dict[str, float | int | None]:
    return {"share": rate.share, "low": rate.low, "high": rate.high, "hits": rate.hits, "total": rate.total}


def _case(outcome: Outcome) -> dict[str, Any]:
    return {
        **asdict(outcome.case),
        "verdict": outcome.verdict,
        "passed": outcome.passed,
        "right": outcome.right,
        "cited": outcome.cited,
        "held": outcome.held,
        "pointed": outcome.pointed,
        "quotes": outcome.quotes,
        "verbatim": outcome.verbatim,
        **_answer(outcome.answer),
    }


def _probe(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "group": finding.group,
        "question": finding.question,
        "wanted": finding.wanted,
        "passed": finding.passed,
        **_answer(finding.answer),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "standalone_question": answer.standalone_question,
        "answer": answer.text,
        "refused": answer.refused,
        "support": answer.support,
        "citations": [_citation(one) for claim in answer.claims for one in claim.citations],
        "model": asdict(answer.model),
        "tokens": asdict(answer.tokens),
        "seconds": asdict(answer.seconds),
    }


def _citation(citation: Citation) -> dict[str, Any]:
    fields = asdict(citation)
    return {"n": fields.pop("n"), "article": fields.pop("source"), **fields}
