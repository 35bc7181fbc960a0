"""``model.json``: what is known about a published model, and the checksums of its files."""

import importlib.metadata
from pathlib import Path
from typing import Any, TypeVar, get_args

from tfrepro.errors import UserError
from tfrepro.files import read_json, sha256, write_json
from tfrepro.settings.base import Section, validate

FILE, CARD = "model.json", "README.md"
PACKAGES = ("tfrepro", "keras", "tensorflow", "numpy")


class Corpus(Section):
    """What a model was trained on; as in a feature set's ``meta.json``.

    Attributes
    ----------
    stands_in_for : the papers' data that it is used instead of; None if it is theirs
    checksum : of everything that is seen, heard and said
    sizes : ``train``, ``valid``, ``test`` -> videos
    """

    name: str
    title: str
    stands_in_for: str | None
    licence: str
    checksum: str
    sizes: dict[str, int]


class ModelFacts(Section):
    """What every published model says of itself.

    Attributes
    ----------
    kind : ``venue`` or ``search``
    method : its name in the registry
    hyper_parameters, seed : it was trained with
    corpus : it was trained on
    scores : name -> value
    scored_on : on which videos, in words
    versions : package -> version
    code : part -> checksum, of what features and model were made by
    """

    kind: str
    method: str
    hyper_parameters: dict[str, Any]
    seed: int
    corpus: Corpus
    scores: dict[str, float]
    scored_on: str
    versions: dict[str, str]
    code: dict[str, str]


F = TypeVar("F", bound=ModelFacts)


def versions() -> dict[str, str]:
    """Of this library and those that networks depend on."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def write_facts(folder: Path, facts: ModelFacts) -> None:
    """Write ``model.json`` beside the files of a model, with their checksums."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    sums = {str(file.relative_to(folder)): sha256(file) for file in files}
    write_json(folder / FILE, {**facts.model_dump(mode="json"), "files": sums})


def read_facts(folder: Path, section: type[F]) -> F:
    """The facts of a model all of whose files are as they were published.

    Raises UserError naming what is missing, is another file, or is not as it must be.
    """
    file = folder / FILE
    try:
        values = read_json(file)
    except FileNotFoundError:
        below = sorted(str(found.parent) for found in folder.glob(f"*/{FILE}"))
        meant = f"; did you mean {' or '.join(below)}?" if below else ""
        raise UserError(f"{folder}: holds no {FILE}; not a published model{meant}") from None
    except NotADirectoryError:
        raise UserError(f"{folder}: must be the folder of a published model") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: cannot be read ({error})") from None
    if not isinstance(values, dict) or not isinstance(values.get("files"), dict):
        raise UserError(f"{file}: names no files; not of a published model")
    sums = values.pop("files")
    (kind,) = get_args(section.model_fields["kind"].annotation)
    if values.get("kind") != kind:
        raise UserError(f"{folder}: is a model of the kind {values.get('kind')!r}, not {kind!r}")
    facts = validate(section, values, file=str(file))
    for name, expected in sums.items():
        if not (folder / name).is_file():
            raise UserError(f"{folder / name}: missing; {FILE} names it")
        if sha256(folder / name) != expected:
            raise UserError(f"{folder / name}: not the file that was published")
    return facts
