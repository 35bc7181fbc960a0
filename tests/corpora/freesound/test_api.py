"""Searching a Freesound that is slow, busy, changing and failing."""

import email.utils
import logging
import socket

import pytest

from tfrepro.corpora.freesound.api import Freesound
from tfrepro.corpora.freesound.sound import Sound
from tfrepro.errors import UserError

DOGS = list(range(1000, 1036, 3))


def ids(sounds):
    return [sound.id for sound in sounds]


def test_a_search_finds_every_sound_of_every_page_in_order(catalogue, server):
    assert ids(catalogue().search("dog", 100)) == DOGS
    assert [server.times_asked("dog", page) for page in (1, 2, 3, 4)] == [1, 1, 1, 0]


def test_a_sound_is_described_as_the_catalogue_does(catalogue, server):
    server.sounds[0] |= {"tags": ["dog", "Bark", "BARK", "loud"]}
    assert catalogue().search("dog", 1) == [
        Sound(
            id=1000,
            name="Dog no. 0",
            tags=("dog", "bark", "loud"),
            duration=0.5,
            licence="https://creativecommons.org/publicdomain/zero/1.0/",
            user="owner0",
            preview=server.preview_address(1000),
        )
    ]


def test_a_search_asks_for_no_more_pages_than_its_limit_needs(catalogue, server):
    assert ids(catalogue().search("dog", 7)) == DOGS[:7]
    assert server.total() == 2


def test_a_limit_of_none_asks_nothing(catalogue, server):
    assert catalogue().search("dog", 0) == []
    assert server.total() == 0


def test_a_word_nothing_matches_finds_nothing_and_is_asked_once(catalogue, server):
    freesound = catalogue()
    assert freesound.search("whale", 10) == freesound.search("whale", 10) == []
    assert server.total() == 1


def test_the_same_search_again_makes_no_request(catalogue, server):
    freesound = catalogue()
    first = freesound.search("dog", 12)
    assert freesound.search("dog", 12) == first
    assert freesound.search("  dog ", 12) == first
    assert server.total() == 3


def test_a_search_with_a_higher_limit_asks_only_for_the_rest(catalogue, server):
    freesound = catalogue()
    freesound.search("dog", 6)
    assert ids(freesound.search("dog", 12)) == DOGS
    assert [server.times_asked("dog", page) for page in (1, 2, 3)] == [1, 1, 1]


def test_a_search_of_an_earlier_run_makes_no_request(catalogue, server):
    first = catalogue().search("dog", 12)
    assert catalogue().search("dog", 12) == first
    assert server.total() == 3


def test_what_is_in_the_journal_needs_no_token(catalogue):
    first = catalogue().search("dog", 12)
    assert catalogue(token="").search("dog", 12) == first


def test_a_missing_token_is_one_clear_error(catalogue, server):
    with pytest.raises(UserError) as error:
        catalogue(token=" ").search("dog", 5)
    assert str(error.value) == (
        "freesound: page 1 of 'dog': needs a token: get one at "
        "https://freesound.org/apiv2/apply and set FREESOUND_TOKEN to it"
    )
    assert server.total() == 0


def test_the_token_goes_into_the_header_alone(catalogue, server, token):
    catalogue().search("dog", 5)
    assert server.headers[0]["Authorization"] == f"Token {token}"
    assert not any(token in path for path in server.asked)


def test_a_netrc_file_does_not_replace_the_token(catalogue, server, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert len(catalogue().search("dog", 5)) == 5


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_one_clear_error_without_the_token(catalogue, server, token, status):
    server.faults.append(status)
    with pytest.raises(UserError) as error:
        catalogue().search("dog", 5)
    message = str(error.value)
    assert message.startswith(f"freesound: the token is refused (HTTP {status} ")
    assert message.endswith(
        "get one at https://freesound.org/apiv2/apply and set FREESOUND_TOKEN to it"
    )
    assert token not in message
    assert server.total() == 1


def test_a_server_that_repeats_the_token_does_not_make_it_shown(catalogue, server, token):
    server.faults.append(("echo",))
    with pytest.raises(UserError) as error:
        catalogue().search("dog", 5)
    assert "unknown: Token <token>" in str(error.value)
    assert token not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


def test_a_token_is_not_in_the_journal(catalogue, token, tmp_path):
    catalogue().search("dog", 12)
    assert token not in (tmp_path / "journal" / "pages.jsonl").read_text()


def test_what_cannot_be_a_token_is_refused_and_not_shown(catalogue):
    with pytest.raises(UserError, match="no token has") as error:
        catalogue(token="secret\nX-Header: 1")
    assert "secret" not in str(error.value)


def test_a_burst_of_server_errors_passes(catalogue, server, clock):
    server.faults.extend([500, 502, 503, 504, 520])
    assert ids(catalogue().search("dog", 5)) == DOGS[:5]
    assert server.times_asked("dog", 1) == 6


def test_pauses_grow_and_are_jittered_from_the_seed(catalogue, server, clock, tmp_path):
    slept = []
    for seed, folder in [(1, "a"), (1, "b"), (2, "c")]:
        clock.slept.clear()
        server.faults.extend([503] * 5)
        catalogue(seed=seed, folder=tmp_path / folder).search("dog", 5)
        slept.append(list(clock.slept))
    assert slept[0] == slept[1] != slept[2]
    for pauses in slept:
        for number, pause in enumerate(pauses):
            assert 0.75 * 2**number <= pause <= 1.25 * 2**number


def test_pauses_do_not_grow_beyond_a_minute_or_so(catalogue, server, clock):
    server.faults.extend([503] * 11)
    catalogue(tries=12).search("dog", 5)
    assert 45 <= max(clock.slept) <= 75


def test_a_server_that_stays_down_is_one_clear_error_and_the_next_run_goes_on(catalogue, server):
    server.faults.extend([None, *[503] * 6])
    with pytest.raises(UserError) as error:
        catalogue().search("dog", 12)
    assert str(error.value) == (
        f"freesound: page 2 of 'dog': could not be had from {server.base} (HTTP 503 Service "
        "Unavailable: made to say 503, 6 tries): run again later, it goes on with that page"
    )
    assert ids(catalogue().search("dog", 12)) == DOGS
    assert server.times_asked("dog", 1) == 1


def test_a_busy_server_gets_the_seconds_it_asks_for(catalogue, server, clock):
    server.faults.append(("throttle", {"Retry-After": "37"}))
    assert len(catalogue().search("dog", 5)) == 5
    assert clock.slept == [37]


def test_a_busy_server_gets_until_the_date_it_names(catalogue, server, clock):
    now = 1_600_000_000  # by its own clock, which is not the one here
    dates = {"Date": email.utils.formatdate(now), "Retry-After": email.utils.formatdate(now + 90)}
    server.faults.append(("throttle", dates))
    assert len(catalogue().search("dog", 5)) == 5
    assert clock.slept == [90]


@pytest.mark.parametrize("value", [None, "soon", "0", "-5", "Thu, 99 Foo"])
def test_a_busy_server_that_names_no_time_gets_more_than_a_minute(catalogue, server, clock, value):
    headers = {"Retry-After": value} if value else {}
    server.faults.extend([("throttle", headers)] * 5)
    assert len(catalogue().search("dog", 5)) == 5
    assert len(clock.slept) == 5
    assert sum(clock.slept) > 60


def test_a_server_that_asks_for_more_than_patience_is_one_clear_error(catalogue, server, clock):
    server.faults.append(("throttle", {"Retry-After": "99999"}))
    with pytest.raises(UserError, match=r"HTTP 429 .*\(60/min\)\): run again later"):
        catalogue().search("dog", 5)
    assert clock.slept == []


def test_a_server_that_stays_busy_is_one_clear_error_with_its_own_words(catalogue, server):
    server.faults.extend([("throttle", {})] * 6)
    with pytest.raises(UserError, match=r"Request was throttled \(60/min\), 6 tries"):
        catalogue().search("dog", 5)


@pytest.mark.parametrize("fault", [("cut", 20), ("cut", 0), ("cut chunk", 20)])
def test_an_answer_cut_in_mid_body_is_asked_for_again(catalogue, server, fault):
    server.faults.append(fault)
    assert ids(catalogue().search("dog", 5)) == DOGS[:5]
    assert server.total() == 2


def test_a_silent_server_is_asked_again(catalogue, server):
    server.faults.extend([("silent",), ("slow", 0), ("slow", 20)])
    assert ids(catalogue(timeout_s=(1, 0.1)).search("dog", 5)) == DOGS[:5]
    assert server.total() == 4


@pytest.mark.parametrize(
    "body", [b"<html>back soon</html>", b"[]", b"null", b'{"count": 3}', b"\xff", b'{"count": "a"}']
)
def test_an_answer_that_is_no_page_is_asked_for_again_and_not_kept(catalogue, server, body):
    server.faults.append(("body", body))
    assert ids(catalogue().search("dog", 5)) == DOGS[:5]
    assert server.total() == 2


def test_no_network_is_one_clear_error(catalogue):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{closed.getsockname()[1]}/apiv2"
    with pytest.raises(UserError, match=r"Connection refused, 6 tries\): run again later"):
        catalogue(base=base).search("dog", 5)


def test_an_address_that_is_no_api_is_one_clear_error(catalogue, server):
    with pytest.raises(UserError, match=r"HTTP 404 Not Found\): check that the address is one of"):
        catalogue(base=f"{server.root}/api").search("dog", 5)
    assert server.total() == 1


def test_a_query_the_server_cannot_read_is_one_clear_error(catalogue, server):
    server.faults.append(400)
    with pytest.raises(UserError, match=r"page 1 of 'dog': .*made to say 400\): check the query"):
        catalogue().search("dog", 5)
    assert server.total() == 1


def test_an_empty_query_is_one_clear_error(catalogue, server):
    with pytest.raises(UserError, match="the query is empty"):
        catalogue().search(" ", 5)


@pytest.mark.parametrize("name", ["page_size", "per_minute", "per_day", "tries"])
def test_a_limit_below_one_is_one_clear_error(catalogue, name):
    with pytest.raises(UserError, match=f"{name} = 0: must be at least 1"):
        catalogue(**{name: 0})


def test_a_page_that_vanished_meanwhile_ends_the_search_and_is_noted(catalogue, server, caplog):
    server.before["dog", 3] = lambda: server.sounds.__delitem__(slice(30, None))
    freesound = catalogue()
    assert ids(freesound.search("dog", 100)) == DOGS[:10]
    assert "'dog': 10 sounds of 12 (page 3 was gone)" in caplog.text
    assert ids(freesound.search("dog", 100)) == DOGS[:10]
    assert server.times_asked("dog", 3) == 1


def test_a_sound_that_came_twice_is_found_once_and_noted(catalogue, server, caplog):
    new = server.sounds[0] | {"id": 7}
    server.before["dog", 2] = lambda: server.sounds.insert(0, new)
    freesound = catalogue()
    assert ids(freesound.search("dog", 100)) == DOGS
    assert "'dog': 12 sounds of 13 (1 came twice, 12 sounds became 13 under way)" in caplog.text
    assert ids(catalogue().search("dog", 100)) == DOGS, "the order is that of the first time"


def test_a_sound_that_came_twice_is_as_it_was_the_first_time(catalogue, server):
    def shift_and_rename():
        server.sounds.insert(0, server.sounds[0] | {"id": 7})
        for sound in server.sounds:
            sound["name"] = "another"

    server.before["dog", 2] = shift_and_rename
    named = [sound.name for sound in catalogue().search("dog", 100)]
    assert named == [f"Dog no. {3 * i}" for i in range(5)] + ["another"] * 7


def test_a_catalogue_that_shrinks_between_two_pages_is_noted(catalogue, server, caplog):
    server.before["dog", 2] = lambda: server.sounds.pop(0)
    assert ids(catalogue().search("dog", 100)) == DOGS[:5] + DOGS[6:]
    assert "'dog': 11 sounds of 11 (12 sounds became 11 under way)" in caplog.text


def test_fewer_sounds_than_counted_are_noted(catalogue, server, caplog):
    server.faults.append(("body", b'{"count": 9, "next": null, "results": []}'))
    assert catalogue().search("dog", 100) == []
    assert "'dog': 0 sounds of 9 (the catalogue gave no more)" in caplog.text


def test_sounds_that_came_twice_do_not_count_towards_the_limit(catalogue, server):
    new = server.sounds[0] | {"id": 7}
    server.before["dog", 2] = lambda: server.sounds.insert(0, new)
    assert ids(catalogue().search("dog", 10)) == DOGS[:10]
    assert server.times_asked("dog", 3) == 1


def test_a_catalogue_that_repeats_itself_is_not_asked_for_ever(catalogue, server):
    page = b'{"count": 999, "next": "more", "results": []}'
    server.faults.extend([("body", page)] * 3)
    assert catalogue().search("dog", 100) == []
    assert server.total() == 1


def test_entries_that_tell_of_no_sound_are_passed_over_and_noted(catalogue, server, caplog):
    server.sounds[1:2] = [
        None,
        {"broken": True, "tags": ["dog"]},
        server.sounds[0] | {"broken": True, "duration": None},
    ]
    assert ids(catalogue().search("dog", 100)) == DOGS
    assert "'dog': 12 sounds of 15 (3 entries tell of no usable sound)" in caplog.text


def test_a_page_of_nothing_but_such_entries_does_not_end_the_search(catalogue, server):
    server.sounds[0:0] = [None] * 5
    assert ids(catalogue().search("dog", 100)) == DOGS


def test_a_sound_without_preview_is_found(catalogue, server):
    server.sounds[0] |= {"broken": True, "previews": None}
    assert catalogue().search("dog", 1)[0].preview == ""


def test_text_that_is_no_text_can_be_kept_and_read_again(catalogue, server):
    server.sounds[0]["name"] = "half \ud83d a pair \u2028 and \U0001f415"
    first = catalogue().search("dog", 5)
    assert first[0].name == "half ? a pair \u2028 and \U0001f415"
    assert catalogue().search("dog", 5) == first


def test_a_search_without_losses_is_not_noted(catalogue, caplog):
    catalogue().search("dog", 7)
    catalogue().search("dog", 100)
    assert caplog.text == ""


def test_losses_are_noted_once(catalogue, server, caplog):
    server.sounds[0:0] = [None]
    catalogue().search("dog", 100)
    assert caplog.text
    caplog.clear()
    catalogue().search("dog", 100)
    assert caplog.text == ""


def test_no_more_requests_go_out_in_a_minute_than_allowed(catalogue, server, clock):
    freesound = catalogue(per_minute=2)
    freesound.search("dog", 12)
    assert clock.slept == [60]
    freesound.search("bell", 12)
    assert clock.slept == [60, 60]
    assert server.total() == 6


def test_requests_spread_over_a_minute_wait_only_for_the_oldest(catalogue, clock):
    freesound = catalogue(per_minute=2)
    freesound.search("dog", 5)
    clock.sleep(45)
    freesound.search("bell", 5)
    freesound.search("rain", 5)
    assert clock.slept == [45, 15]


def test_failed_tries_count_as_requests(catalogue, server, clock):
    server.faults.extend([503])
    freesound = catalogue(per_minute=2)
    freesound.search("dog", 10)
    assert clock.slept[-1] + clock.slept[0] == pytest.approx(60)


def test_no_more_requests_go_out_in_a_day_than_allowed_and_the_wait_is_said(
    catalogue, clock, caplog
):
    freesound = catalogue(per_day=2)
    freesound.search("dog", 12)
    assert clock.slept == [86_400]
    assert "waiting 1440 minutes: the limit of 60 requests in 60 s and 2 requests" in caplog.text


def test_requests_of_earlier_runs_count(catalogue, clock):
    catalogue(per_day=3).search("dog", 12)
    clock.sleep(3600)
    catalogue(per_day=3).search("bell", 5)
    assert clock.slept == [3600, 86_400 - 3600]


def test_a_clock_that_was_set_back_makes_no_wait_longer_than_a_day(catalogue, clock):
    catalogue(per_day=1).search("dog", 5)
    clock.now -= 1e7
    catalogue(per_day=1).search("bell", 5)
    assert clock.slept == [86_400]


def test_a_limit_beyond_patience_is_one_clear_error_and_loses_nothing(catalogue, server, clock):
    with pytest.raises(UserError, match=r"is reached for 86400 seconds: run again then"):
        catalogue(per_day=2, patience_s=100).search("dog", 12)
    clock.sleep(86_400)
    assert ids(catalogue(per_day=2, patience_s=100).search("dog", 12)) == DOGS
    assert server.total() == 3


def test_the_full_size_of_a_page_is_asked_for_by_default(server, tmp_path, token, clock):
    with Freesound(token, tmp_path, base=server.base + "/", clock=clock) as freesound:
        assert ids(freesound.search("dog", 12)) == DOGS
    (path,) = server.asked
    assert "page_size=150" in path
    assert "fields=id%2Cname%2Ctags%2Cduration%2Clicense%2Cusername%2Cpreviews" in path


def test_a_journal_of_another_catalogue_is_refused(catalogue, server):
    catalogue().search("dog", 5)
    with pytest.raises(UserError, match="choose another folder"):
        catalogue(base="https://example.org/apiv2")
    with pytest.raises(UserError, match="choose another folder"):
        catalogue(page_size=7)


def test_two_runs_with_one_journal_do_not_mix(catalogue, server, tmp_path, token):
    catalogue()
    with pytest.raises(UserError, match="another run is writing to it"):
        Freesound(token, tmp_path / "journal", base=server.base, page_size=5)


@pytest.fixture(autouse=True)
def _hear_warnings(caplog):
    caplog.set_level(logging.WARNING, logger="tfrepro")
