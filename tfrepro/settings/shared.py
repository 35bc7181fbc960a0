"""Settings that every paper shares: machines, sources, the acoustic front end."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from tfrepro.settings.base import Section, known
from tfrepro.sources import names

SourceName = Annotated[str, AfterValidator(known(names(), "source"))]


class Compute(Section):
    """Where and how work runs; no result depends on it but by ``precision``.

    Attributes
    ----------
    jobs : worker processes; -1 for one a core
    backend : of work over many files; see :func:`tfrepro.cluster.workers`
    scheduler : address of the Dask scheduler, if there is one
    device : ``auto`` takes a GPU if TensorFlow sees one
    precision : Keras dtype policy of every network
    """

    jobs: int
    backend: Literal["local", "dask"]
    scheduler: Annotated[str, Field(pattern=r"^[a-z]+://.+")] | None
    device: Literal["auto", "cpu", "gpu"]
    precision: Literal["float32", "mixed_float16", "mixed_bfloat16"]

    @field_validator("jobs")
    @classmethod
    def _some_jobs(cls, jobs: int) -> int:
        if jobs != -1 and jobs < 1:
            raise ValueError("must be -1, for one a core, or at least 1")
        return jobs

    @model_validator(mode="after")
    def _a_cluster_has_an_address(self) -> "Compute":
        if self.backend == "dask" and self.scheduler is None:
            raise ValueError("backend is dask: set scheduler to the address of its scheduler")
        return self


class Sources(Section):
    """Where data comes from.

    Attributes
    ----------
    mirrors : folders that are looked in before the network, ``<mirror>/<source>/<file>``
    cache : where downloads are kept
    fetch : sources that ``dvc repro fetch`` brings in advance
    """

    mirrors: tuple[Path, ...]
    cache: Path
    fetch: tuple[SourceName, ...]


class Acoustic(Section):
    """The front end of :mod:`tfrepro.features.acoustic`; samples and Hz."""

    sample_rate: int = Field(ge=4000, le=192000)
    n_fft: int = Field(ge=64, le=16384)
    hop_length: int = Field(ge=1)
    n_mfcc: int = Field(ge=1, le=128)

    @model_validator(mode="after")
    def _hop_within_window(self) -> "Acoustic":
        if self.hop_length > self.n_fft:
            raise ValueError(
                f"hop_length = {self.hop_length}: must be at most n_fft = {self.n_fft}"
            )
        return self
