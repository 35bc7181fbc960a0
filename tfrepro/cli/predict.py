"""``tfrepro predict``: what a published model says of clips."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from tfrepro.clips.clip_files import clips_of
from tfrepro.clips.venue_model import Answer, Ranking, VenueFacts, load_venue_model

_LABEL = 12
_WIDTH = 80
_MISSING = {
    "visual": "no picture",
    "acoustic": "no sound",
    "textual": "no words, or none that the model knows",
}


def run(
    model: Path,
    paths: Sequence[Path],
    *,
    text: str | None,
    manifest: Path | None,
    top: int,
    jobs: int,
    as_json: bool,
) -> int:
    """Print the answers; 1 if some clips could not be read."""
    clips = clips_of(paths, text, manifest)
    loaded = load_venue_model(model)
    features, unreadable = loaded.front_end(clips, jobs=jobs, progress=sys.stderr.isatty())
    answers = loaded.predict(features)
    if as_json:
        print(json.dumps(_plain(model, loaded.facts, answers, unreadable, top), indent=2))
    else:
        print("\n".join(_lines(loaded.facts, answers, top)))
        for path, reason in unreadable.items():
            print(f"{path}: {reason}", file=sys.stderr)
    return 1 if unreadable else 0


def _plain(
    model: Path,
    facts: VenueFacts,
    answers: Sequence[Answer],
    unreadable: Mapping[Path, str],
    top: int,
) -> dict[str, Any]:
    return {
        "model": {
            "folder": str(model),
            "method": facts.method,
            "corpus": facts.corpus.name,
            "stands_in_for": facts.corpus.stands_in_for,
            "venues": len(facts.classes),
            "scores": facts.scores,
        },
        "clips": [_plain_answer(answer, top) for answer in answers],
        "unreadable": [{"file": str(p), "reason": reason} for p, reason in unreadable.items()],
    }


def _plain_answer(answer: Answer, top: int) -> dict[str, Any]:
    def ranked(ranking: Ranking) -> list[dict[str, Any]]:
        return [{"venue": venue, "probability": p} for venue, p in ranking[:top]]

    heard = answer.heard
    return {
        "file": answer.clip,
        "venues": ranked(answer.venues),
        "alone": {name: ranked(ranking) for name, ranking in answer.alone.items()},
        "has": dict(answer.has),
        "heard": None if heard is None else [{"concept": c, "deviations": d} for c, d in heard],
    }


def _lines(facts: VenueFacts, answers: Sequence[Answer], top: int) -> list[str]:
    corpus = facts.corpus
    said = (
        f"{facts.method}, trained on {corpus.name}: {len(facts.classes)} venues, micro-F1 "
        f"{100 * facts.scores['micro_f1']:.0f} % on its test videos."
    )
    if corpus.stands_in_for:
        said += f" {corpus.name} stands in for {corpus.stands_in_for}."
    if facts.concepts:
        said += " What is heard is in deviations above the mean of the training videos."
    lines = [fill(said, _WIDTH)]
    for answer in answers:
        lines += ["", answer.clip, *_answer_lines(answer, top)]
    return lines


def _answer_lines(answer: Answer, top: int) -> list[str]:
    lines = [_line("venue", _ranking(answer.venues, top))]
    for name, there in answer.has.items():
        by_one = _ranking(answer.alone[name], top) if there else f"({_MISSING[name]})"
        lines.append(_line(name, by_one))
    if answer.heard is not None and answer.has.get("acoustic"):
        heard = ", ".join(f"{concept} +{d:.1f}" for concept, d in answer.heard)
        lines.append(_line("heard", heard or "nothing that stands out"))
    return lines


def _ranking(ranking: Ranking, top: int) -> str:
    return ", ".join(f"{venue} {100 * p:.0f} %" for venue, p in ranking[:top])


def _line(label: str, said: str) -> str:
    start = f"  {label}".ljust(_LABEL)
    # A venue and its percentage stay on one line.
    kept = said.replace(" %", "\u00a0%")
    return fill(
        kept, _WIDTH, initial_indent=start, subsequent_indent=" " * _LABEL, break_long_words=False
    ).replace("\u00a0", " ")
