"""Search results as a page to look at: Figure 2 of the cross-modal paper."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 75em; color: #222; }
h2 { margin-top: 2em; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .4em .8em; border-top: 1px solid #ddd; }
td.query { background: #f4f6f9; width: 22em; }
.shared { font-weight: 600; color: #1a6b34; }
.score { color: #777; font-variant-numeric: tabular-nums; }
ol { margin: 0; padding-left: 1.4em; }
"""


@dataclass(frozen=True)
class Video:
    """What a page says of a video.

    Attributes
    ----------
    id : name in the corpus
    concepts : label names
    page : address of its public page, empty if not known
    """

    id: str
    concepts: tuple[str, ...]
    page: str


@dataclass(frozen=True)
class Answer:
    """A query and its matches, best first, each with its score."""

    query: Video
    matches: Sequence[tuple[Video, float]]


def gallery_page(
    title: str, facts: Mapping[str, Any], sections: Mapping[str, Iterable[Answer]]
) -> str:
    """An HTML page: the facts on top, a table a section, a row a query.

    Label names that a match shares with its query are set apart.
    """
    lines = [f"<li>{escape(key)}: {escape(str(value))}</li>" for key, value in facts.items()]
    tables = [
        f"<h2>{escape(name)}</h2>\n<table>\n<tr><th>asks</th><th>is found</th></tr>\n"
        + "\n".join(_row(answer) for answer in answers)
        + "\n</table>"
        for name, answers in sections.items()
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n<h1>{escape(title)}</h1>\n"
        f"<ul>\n{chr(10).join(lines)}\n</ul>\n{chr(10).join(tables)}\n</html>\n"
    )


def _row(answer: Answer) -> str:
    matches = "\n".join(
        f'<li>{_video(video, answer.query.concepts)} <span class="score">{score:.3f}</span></li>'
        for video, score in answer.matches
    )
    return f'<tr><td class="query">{_video(answer.query)}</td><td><ol>{matches}</ol></td></tr>'


def _video(video: Video, shared: Sequence[str] = ()) -> str:
    name = escape(video.id)
    if video.page:
        name = f'<a href="{escape(video.page)}">{name}</a>'
    concepts = ", ".join(
        f'<span class="shared">{escape(concept)}</span>' if concept in shared else escape(concept)
        for concept in video.concepts
    )
    return f"{name}: {concepts}"
