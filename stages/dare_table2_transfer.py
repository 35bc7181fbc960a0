"""DARE, Table 2: one sound corpus, with an autoencoder trained on another's sounds."""

from functools import partial

from _dare_table2 import cross_validate
from _paths import model, runs, sound_features
from _stage import read, run
from _train import train

from tfrepro.methods import read_hyper_parameters
from tfrepro.settings.dare import Table2
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute

METHOD = "sda-pretrained"


def dare_table2_transfer(corpus: str, pretrained_on: str) -> None:
    table = read_section(Table2, "dare.table2")
    encoder = read(model("acoustic-autoencoder", pretrained_on) / "encoder.keras")
    values = {"C": table.methods["sda"]["C"], "encoder": str(encoder)}
    train(
        METHOD,
        read_hyper_parameters(METHOD, values, prefix="dare.table2.pretrain_on"),
        sound_features(corpus),
        partial(cross_validate, table),
        runs(corpus, "dare", "table2") / "transfers" / f"sda-on-{pretrained_on}",
        stage="dare_table2_transfer",
        compute=read_section(Compute, "compute"),
        salt=[table.folds, table.seed],
        inputs=[encoder],
        parts=["stages/autoencoder", f"sounds/{pretrained_on}"],
    )


if __name__ == "__main__":
    run(dare_table2_transfer)
