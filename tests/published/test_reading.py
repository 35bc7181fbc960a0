"""A malformed file is one error that names the file, the key and the value."""

import subprocess
import sys

import pytest

from tfrepro.errors import UserError
from tfrepro.published.reading import parse

WELL_FORMED = """
key: some
title: Some paper
authors: [Some Author]
venue: Somewhere
year: 2017
tables:
  table1:
    title: Some table
    protocol: one run
    spread: std
    p_values: {test: paired t-test, tails: one, against: ours}
    scores:
      micro_f1: {unit: percent, printed_as: Micro-F1}
      loss: {unit: fraction, printed_as: Loss}
    rows:
      theirs:
        printed_as: THEIRS
        micro_f1: {mean: 11.40, std: 0.5}
        p_micro_f1: 7.4e-6
      ours:
        printed_as: OURS
        micro_f1: {mean: 12.74}
        loss: {mean: 0.25}
answers:
  table2:
    title: Some answers
    protocol: two items
    truth: {v1: Gym, v2: Garden}
    rows:
      ours:
        printed_as: OURS
        answers: {v1: Gym, v2: Gym}
"""

THEIRS = "tables.table1.rows.theirs"


def test_the_example_is_well_formed():
    paper = parse(WELL_FORMED, "some.yaml")
    assert paper.tables["table1"].rows["theirs"].p_values == {"micro_f1": 7.4e-6}
    assert paper.answers["table2"].rows["ours"].answers["v2"] == "Gym"


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("mean: 11.40", "mean: 114", f"{THEIRS}.micro_f1.mean = 114.0: must lie in [0, 100]"),
        ("mean: 11.40", "mean: -1.5", f"{THEIRS}.micro_f1.mean = -1.5: "),
        ("mean: 11.40", "mean: '11.40'", f"{THEIRS}.micro_f1.mean = '11.40': "),
        ("mean: 11.40", "mean: yes", f"{THEIRS}.micro_f1.mean = True: "),
        ("mean: 11.40", "mean: .nan", f"{THEIRS}.micro_f1.mean = nan: "),
        ("mean: 11.40", "maen: 11.40", f"{THEIRS}.micro_f1.maen = 11.4: there is no such key"),
        ("{mean: 11.40, std: 0.5}", "11.40", f"{THEIRS}.micro_f1 = 11.4: "),
        ("mean: 0.25", "mean: 25.0", "tables.table1.rows.ours.loss.mean = 25.0: must lie in [0, 1"),
        ("p_micro_f1: 7.4e-6", "p_micro_f1: 1e-6", f"{THEIRS}.p_micro_f1 = '1e-6': "),
        ("p_micro_f1: 7.4e-6", "p_micro_f1: 0", f"{THEIRS}.p_micro_f1 = 0: "),
        ("p_micro_f1: 7.4e-6", "p_loss: 7.4e-6", f"{THEIRS}.p_loss = 7.4e-06: the row has no loss"),
        ("        printed_as: THEIRS\n", "", f"{THEIRS}.printed_as: must be given"),
        ("theirs:", "Their.s:", "tables.table1.rows.Their.s = 'Their.s': "),
        ("micro_f1: {mean: 12.74}", "micro@f1: {mean: 1}", "tables.table1.rows.ours.micro@f1 = "),
        ("micro_f1: {mean: 12.74}", "accuracy: {mean: 1}", "tables.table1.rows.ours.accuracy = 1"),
        ("unit: percent", "unit: percents", "tables.table1.scores.micro_f1.unit = 'percents': "),
        ("    spread: std\n", "", f"{THEIRS}.micro_f1.std = 0.5: the table has no spread"),
        ("against: ours", "against: us", "tables.table1.p_values.against = 'us': must be one of"),
        ("v2: Gym}", "v3: Gym}", "answers.table2.rows.ours.answers = ['v1', 'v3']: must answer v1"),
        ("  table1:", "  tabel1:", "tables.tabel1 = 'tabel1': "),
        ("year: 2017", "year: 43", "year = 43: "),
        ("key: some", "kye: some", "kye = 'some': there is no such key (and 1 more)"),
        ("key: some", "key: [some", "not YAML: "),
        (WELL_FORMED, "[]", "file = []: "),
        (WELL_FORMED, "", "file = None: "),
    ],
)
def test_a_slip_is_one_line_that_names_file_key_and_value(right, wrong, said):
    assert WELL_FORMED.count(right) == 1
    with pytest.raises(UserError) as caught:
        parse(WELL_FORMED.replace(right, wrong), "some.yaml")
    message = str(caught.value)
    assert message.startswith(f"some.yaml: {said}")
    assert "\n" not in message


def test_reading_does_not_import_tensorflow():
    code = (
        "import sys, tfrepro.published as p; p.load('dare'); assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
