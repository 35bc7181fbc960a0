"""What the card of a published search says."""

from tfrepro.clips.card import About

_LOAD = """\
from pathlib import Path
from tfrepro.clips.clip_search import load_clip_search

search = load_clip_search(Path("{folder}"))
found, unreadable = search.ask([Path("silent.mp4")], "sounds", k=5)"""


def about_search(corpus: str) -> About:
    """What the card of a search among the videos of a corpus says."""
    folder = f"data/models/search/{corpus}"
    return About(
        title=f"Sounds for pictures, and pictures for sounds, among the videos of {corpus}",
        paper="not of a paper: two towers trained by telling every other video of a batch apart, "
        "and the venue of each",
        does="The picture of a video file to the videos of the index whose sounds suit it best, or "
        "a sound to those whose pictures do. Scores are cosines.",
        use="To try cross-modal search on files of your own. Not to tell whether a sound belongs "
        "to a picture.",
        limits=(
            "It finds nothing but videos of its own index, be they ever so unlike what is asked "
            "with: a score tells only which of two matches is the better one.",
            "It was trained on few videos. Read its recall beside chance.",
            "A video is its mean picture and its mean sound: when something is seen or heard in it "
            "plays no part.",
        ),
        load=_LOAD.format(folder=folder),
        command=f"tfrepro retrieve {folder} silent.mp4",
    )
