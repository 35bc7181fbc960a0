"""What the cards of published models of venues say of each method."""

from tfrepro.clips.card import About

_LOAD = """\
from pathlib import Path
from tfrepro.clips.front_end import Clip
from tfrepro.clips.venue_model import load_venue_model

model = load_venue_model(Path("{folder}"))
features, unreadable = model.front_end([Clip(Path("clip.mp4"), "words of its owner")])
print(model.predict(features))"""

_LIMITS = (
    "It answers with one of the venues that it was trained on, wherever a clip was taken: a low "
    "probability does not tell a clip of another place.",
    "Probabilities are a network's own, and are not calibrated.",
    "Its training videos are few, and last some seconds; of a longer clip only the beginning, or "
    "its key frames, are looked at.",
    "A modality that a clip lacks is filled in from the others, or left empty.",
)
_USE = (
    "To try the method on clips of your own, and to see which modality says what. Not for "
    "decisions about people, nor to find out where somebody is."
)
_PAPERS = {
    "dare": "Enhancing Micro-video Understanding by Harnessing External Sounds (MM 2017)",
    "nmcl": "Neural Multimodal Cooperative Learning toward Micro-video Understanding (TIP 2020)",
    "eastern": "Towards Micro-video Understanding by Joint Sequential-Sparse Modeling (MM 2017)",
}
_DOES = {
    "dare": "A video file, and maybe what its owner wrote, to the probabilities of its venue, and "
    "to the acoustic concepts that are heard in it.",
    "nmcl": "A video file, and maybe what its owner wrote, to the probabilities of its venue, by "
    "the three modalities together and by each as the host of the others.",
    "eastern": "A video file, and maybe what its owner wrote, to the probabilities of its venue, "
    "from its frames, seconds of sound and words in their order.",
}
_MORE_LIMITS = {
    "dare": (
        "Concepts are heard relative to the training videos; those of a modality alone are what "
        "the model says where the others are filled in from it.",
    ),
    "nmcl": ("A modality's own answer has a part in common with the others, by design.",),
    "eastern": ("A modality alone is a clip without the others, which few training videos are.",),
}


def about_venues(method: str, corpus: str) -> About:
    """What the card of a method's model, trained on a corpus, says."""
    folder = f"data/models/venue/{corpus}/{method}"
    return About(
        title=f"Venues of micro-videos by {method.upper()}, trained on {corpus}",
        paper=_PAPERS[method],
        does=_DOES[method],
        use=_USE,
        limits=_LIMITS + _MORE_LIMITS[method],
        load=_LOAD.format(folder=folder),
        command=f"tfrepro predict {folder} clip.mp4",
    )
