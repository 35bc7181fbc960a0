"""Words are what is left when nothing else is; stop words come from NLTK's archive."""

import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.errors import UserError
from tfrepro.features.text import read_stop_words, words_of


def test_the_papers_own_example_keeps_its_hashtag():
    text = "Vining the #beach while tanning the thighs on a glorious Anzac Day"
    assert words_of(text) == text.replace("#", "").lower().split()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Look: https://vine.co/v/OaB?x=1 here", "look here"),
        ("see www.beach.com, www.sand.org", "see"),
        ("seenhttp://t.co/x", "seen"),
        ("on vine.co/v/b and pic.twitter.com/abc (t.co/x)", "on and"),
        ("write to me@mail.org now", "write to now"),
        ("with @some_one and .@other.", "with and"),
        ("@ the beach", "the beach"),
        ("Rock'n'Roll, DON\u2019T stop! 'dogs'", "rock'n'roll don't stop dogs"),
        ("#new_york #NYC2014 half-time 3.5", "new york nyc2014 half time 3 5"),
        ("salt &amp; pepper &lt;3 <a href='x.org/a'>sea</a>", "salt pepper 3 sea"),
        ("fun.and and/or 5/6", "fun and and or 5 6"),
        (
            "\U0001d4eb\U0001d4ee\U0001d4ea\U0001d4ec\U0001d4f1 \uff22each beach🏖️day",
            "beach beach beach day",
        ),
        ("İzmir café 日本 cafe\u0301", "i\u0307zmir café 日本 café"),
    ],
)
def test_links_mentions_tags_and_punctuation_go(text, words):
    assert words_of(text) == words.split()


@pytest.mark.parametrize("text", [None, "", "  \n", "?!... 🎉", "https://vine.co/v/b @me"])
def test_a_text_without_words_has_none(text):
    assert words_of(text) == []


@given(st.text(max_size=60))
def test_a_word_is_lower_case_without_spaces_and_signs(text):
    for word in words_of(text):
        assert word
        assert word == word.lower()
        assert not set(word) & set(' \t\n#@/.,:;!?"()<>&_')


@given(st.text("aZé日'&#@./<>:_- 1", max_size=60))
def test_words_are_their_own_words(text):
    words = words_of(text)
    assert words_of(" ".join(words)) == words


def test_english_leaves_out_words_with_other_letters_whole():
    text = "Sunset in São Paulo, café de пляж 海 beach海 50"
    assert words_of(text, english_only=True) == ["sunset", "in", "paulo", "de", "50"]


def test_a_dictionary_leaves_out_all_other_words():
    assert words_of("Playa beach strand", dictionary={"beach", "sand"}) == ["beach"]


def test_stop_words_are_left_out_after_cleaning():
    assert words_of("The END, of don\u2019t", stop_words={"the", "of", "don't"}) == ["end"]


# --- Stop words -----------------------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path):
    file = tmp_path / "nltk_stopwords.zip"
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("stopwords/", "")
        out.writestr("stopwords/README", "Stop words of")
        out.writestr("stopwords/english", "the\ndon't\n")
        out.writestr("stopwords/german", "für\n")
    return file


def test_stop_words_are_read_by_language(archive):
    assert read_stop_words(archive) == {"the", "don't"}
    assert read_stop_words(archive, "german") == {"für"}


@pytest.mark.parametrize("language", ["klingon", "README", ""])
def test_an_unknown_language_is_an_error_that_names_those_known(archive, language):
    with pytest.raises(UserError, match=r"no stop words of .*; it has english, german$"):
        read_stop_words(archive, language)


def test_a_missing_or_broken_archive_is_a_clear_error(tmp_path):
    file = tmp_path / "nltk_stopwords.zip"
    with pytest.raises(UserError, match=r"nltk_stopwords\.zip: missing"):
        read_stop_words(file)
    file.write_text("no archive")
    with pytest.raises(UserError, match=r"nltk_stopwords\.zip: not an archive"):
        read_stop_words(file)


@pytest.mark.real
def test_the_real_archive_has_english_in_a_form_that_words_can_match(real_data):
    stop_words = read_stop_words(real_data / "text" / "nltk_stopwords.zip")
    assert len(stop_words) == 179
    assert words_of(" ".join(sorted(stop_words)), stop_words=stop_words) == []
