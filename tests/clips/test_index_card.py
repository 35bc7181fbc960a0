from tfrepro.clips.index_card import index_card

META = {
    "corpus": {
        "name": "yt8m",
        "title": "YouTube-8M",
        "stands_in_for": "the whole of it",
        "licence": "CC-BY-4.0",
    },
    "method": "contrastive-plus",
    "finds": "acoustic",
    "asked_with": "visual",
    "features": {"visual": 1024, "acoustic": 128},
    "items": 15237,
}


def test_the_card_says_what_is_found_how_well_and_for_whom_it_stands_in():
    card = index_card(META, {"audio_to_video: recall_at_1_pool_256": 0.25}, 6144, "0c4x")
    assert card.startswith("# acoustic for videos, among those of yt8m\n")
    assert "**Trained on a stand-in.** `yt8m` is used instead of the whole of it" in card
    assert "- `audio_to_video: recall_at_1_pool_256`: 0.2500" in card
    assert "on the 6144 videos that were held out" in card
    assert "visual vectors of 1024 numbers" in card
    assert "tfrepro retrieve data/index/videos/yt8m --id 0c4x" in card
    assert "{" not in card


def test_data_that_stands_in_for_nothing_is_not_called_a_stand_in():
    own = META | {"corpus": META["corpus"] | {"stands_in_for": None}}
    assert "stand-in" not in index_card(own, {}, 1, "a")
