"""Single videos and what each method answers, as a page to look at and listen to.

Figures 7 and 8 and Table 5 of the EASTERN paper. The page holds its pictures and sounds
itself, so it can be moved and opened anywhere.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from tfrepro.report.gallery import gallery_page

_KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "audio/wav",
}


@dataclass(frozen=True)
class ShownCase:
    """What a page says of a case.

    Attributes
    ----------
    name : ``v1``, ``v2``, ...
    video : its name in the corpus
    truth : name of its class
    answers : method -> name of a class
    right : whether the paper's method places it well
    text : what its owner wrote; empty if nothing
    picture : its key frame, the bytes of a PNG or JPEG file; None if it cannot be shown
    sound : the bytes of a WAV file; None if there is none
    """

    name: str
    video: str
    truth: str
    answers: Mapping[str, str]
    right: bool
    text: str = ""
    picture: bytes | None = None
    sound: bytes | None = None


def case_page(title: str, facts: Mapping[str, Any], cases: Sequence[ShownCase]) -> str:
    """An HTML page: the facts on top, the cases placed well, the cases that are not.

    Right answers are set apart. Raises ValueError for a picture or sound of another format.
    """
    well = _figure("Figure 7: videos placed well", (case for case in cases if case.right))
    ill = _figure("Figure 8: videos not placed well", (case for case in cases if not case.right))
    # A gallery of nothing is the page around them.
    page = gallery_page(title, facts, {}).removesuffix("</html>\n")
    return f"{page}{well}\n{ill}\n</html>\n"


def _figure(heading: str, cases: Iterable[ShownCase]) -> str:
    rows = "\n".join(_row(case) for case in cases)
    if not rows:
        return f"<h2>{heading}</h2>\n<p>There are none.</p>"
    head = "<tr><th>video</th><th>is placed at</th></tr>"
    return f"<h2>{heading}</h2>\n<table>\n{head}\n{rows}\n</table>"


def _row(case: ShownCase) -> str:
    answers = "\n".join(
        f"<tr><th>{escape(method)}</th>{_answer(answer, case.truth)}</tr>"
        for method, answer in case.answers.items()
    )
    return f'<tr><td class="query">{_video(case)}</td>\n<td><table>\n{answers}\n</table></td></tr>'


def _answer(answer: str, truth: str) -> str:
    apart = ' class="shared"' if answer == truth else ""
    return f"<td{apart}>{escape(answer)}</td>"


def _video(case: ShownCase) -> str:
    shown, heard, said = "no picture", "no sound", "no text"
    if case.picture is not None:
        shown = f'<img alt="key frame of {escape(case.name)}" src="{_data_uri(case.picture)}">'
    if case.sound is not None:
        heard = f'<audio controls src="{_data_uri(case.sound)}"></audio>'
    if case.text.strip():
        said = f"text: {escape(case.text)}"
    name = f"{escape(case.name)} ({escape(case.video)}), true class: {escape(case.truth)}"
    return "\n".join(f"<p>{part}</p>" for part in (name, shown, heard, said))


def _data_uri(data: bytes) -> str:
    for start, kind in _KINDS.items():
        if data.startswith(start):
            return f"data:{kind};base64,{b64encode(data).decode('ascii')}"
    raise ValueError(f"{data[:8]!r} starts no PNG, JPEG or WAV file")
