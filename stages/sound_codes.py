"""The 200-D acoustic feature of every clip: what the corpus' own autoencoder makes of its vector.

This is the feature set of external sounds that DARE transfers from.
"""

from _code import code_of
from _paths import model, sound_features
from _sound_paths import sound_codes as codes_of
from _stage import log, read, run, wrote

from tfrepro.features.acoustic import BLOCKS
from tfrepro.features.feature_set import FeatureSet, read_feature_set, write_feature_set
from tfrepro.models.autoencoder import apply_in_batches, load_encoder
from tfrepro.models.devices import configure
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def sound_codes(corpus: str) -> None:
    compute = read_section(Compute, "compute")
    log.info("runs on %s", configure(compute.device, compute.precision))
    features = read_feature_set(read(sound_features(corpus)))
    encoder = load_encoder(read(model("acoustic-autoencoder", corpus) / "encoder.keras"))
    codes = apply_in_batches(encoder, features.stack(BLOCKS))
    meta = {
        "corpus": features.meta["corpus"],
        "modalities": {"acoustic": {"dimension": codes.shape[1], "unit": "1"}},
        "extractor": {"name": "stacked denoising autoencoder", "of": features.meta["extractor"]},
        "code": features.meta["code"] | code_of("stages/autoencoder", "stages/sound_codes"),
    }
    write_feature_set(
        codes_of(corpus),
        FeatureSet(features.index, {"acoustic": codes}, meta, rejects=features.rejects),
    )
    wrote(codes_of(corpus))


if __name__ == "__main__":
    run(sound_codes)
