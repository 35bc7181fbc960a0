"""Why a media file cannot be used."""


class MediaError(Exception):
    """A file that cannot be decoded or holds nothing usable; the message is the reason.

    Work over many files turns it into a row of the rejects table and goes on
    (:func:`tfrepro.parallel.map_files`).
    """
