"""Checksums of the code behind a result, for whoever asks later."""

from _paths import code

from tfrepro.files import read_json


def code_of(*parts: str) -> dict[str, str]:
    """Part (``stages/train``, ``methods/sda``) -> checksum, from what ``check`` noted."""
    return {part: read_json(code(part))["checksum"] for part in parts}
