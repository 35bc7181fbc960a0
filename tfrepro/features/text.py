"""Descriptions -> words: lower case, without links, mentions and punctuation.

A word is a run of letters and digits; an apostrophe within one is part of it, so
that ``don't`` is found among the stop words. A hashtag stays as its word: "the
hashtag from the 'Vining the #beach ...' clearly indicates that the venue
category is 'beach'" (NMCL, section 4.2.3). Links, e-mail addresses, mentions
(``@name``) and HTML tags go, for their letters are no words.

NMCL and DARE name no further cleaning. EASTERN "first eliminated the non-English
characters, followed by removing the stop words" (section 3.2.3): settings
``english_only`` and ``stop_words``. The paper defines neither. Here a word is
not English if it has a character outside a-z, 0-9 and the apostrophe, so no half
of a word is left behind; ``café`` goes with ``日本``. Words of other languages in
plain letters pass, unless a ``dictionary`` is given.
"""

import html
import re
import unicodedata
import zipfile
from collections.abc import Set
from pathlib import Path, PurePosixPath

from tfrepro.errors import UserError

_TAG = re.compile(r"</?[a-z][^<>]*>")
# An address with its scheme or www, or a host with a path behind it: vine.co/v/b.
_LINK = re.compile(
    r"(?:https?|ftp)://\S+|(?<![\w.-])(?:www\.\S+|\w[\w-]*(?:\.[\w-]+)*\.[a-z]{2,}/\S*)"
)
_MENTION = re.compile(r"(?<![\w.+-])[\w.+-]*@\w[\w.-]*")
# Letters and digits; the accents that no single character has are part of their letter.
_LETTERS = r"(?:[^\W_][\u0300-\u036f]*)+"
_WORD = re.compile(f"{_LETTERS}(?:'{_LETTERS})*")
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc", "'''")


def words_of(
    text: str | None,
    *,
    stop_words: Set[str] = frozenset(),
    english_only: bool = False,
    dictionary: Set[str] | None = None,
) -> list[str]:
    """The words of a text, in order; none of an empty or missing text.

    Parameters
    ----------
    text : a title, description or caption as its author typed it; None where missing
    stop_words : lower-case words left out, such as :func:`read_stop_words` gives
    english_only : leave out words with a character outside a-z, 0-9 and '
    dictionary : lower-case words; if given, all others are left out

    Source: EASTERN, section 3.2.3; NMCL, section 4.2.3.
    """
    plain = unicodedata.normalize("NFKC", html.unescape(text or "")).lower()
    plain = unicodedata.normalize("NFKC", plain).translate(_APOSTROPHES)
    for unwanted in (_TAG, _LINK, _MENTION):
        plain = unwanted.sub(" ", plain)
    return [
        word
        for word in _WORD.findall(plain)
        if word not in stop_words
        and (word.isascii() or not english_only)
        and (dictionary is None or word in dictionary)
    ]


def read_stop_words(zip_file: Path, language: str = "english") -> frozenset[str]:
    """The stop words of a language in ``nltk_stopwords.zip`` of the source ``text``.

    Raises UserError if the file is missing or no such archive, or if it has no
    list of that language.
    """
    try:
        with zipfile.ZipFile(zip_file) as archive:
            lists = {
                PurePosixPath(name).name: name
                for name in archive.namelist()
                if PurePosixPath(name).match("stopwords/[a-z]*") and not name.endswith("/")
            }
            if language not in lists:
                known = ", ".join(sorted(lists)) or "nothing"
                raise UserError(f"{zip_file}: no stop words of {language!r}; it has {known}")
            return frozenset(archive.read(lists[language]).decode().split())
    except FileNotFoundError:
        raise UserError(f"{zip_file}: missing; fetch the source 'text'") from None
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise UserError(f"{zip_file}: not an archive of stop words ({error})") from None
