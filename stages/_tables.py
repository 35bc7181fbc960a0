"""What every stage that writes a table says of its corpus."""

from tfrepro.evaluation.tables import CorpusFacts
from tfrepro.features.feature_set import FeatureSet


def corpus_facts(features: FeatureSet) -> CorpusFacts:
    """The facts of the corpus a feature set was made from."""
    corpus = features.meta["corpus"]
    return CorpusFacts(
        name=corpus["name"],
        title=corpus["title"],
        stands_in_for=corpus["stands_in_for"],
        sizes={
            "items": len(features),
            "rejected": len(features.rejects),
            "classes": len(features.classes),
            "groups": int(features.index["group"].nunique()),
        },
        checksum=corpus["checksum"],
    )
