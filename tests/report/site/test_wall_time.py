from tfrepro.files import write_json
from tfrepro.report.site.wall_time import fit_seconds


def test_the_time_of_all_fits_of_a_method_is_summed(tmp_path):
    costs = [{"split": "a", "seconds": 1.5, "peak_mb": 9.0}, {"split": "b", "seconds": 2.0}]
    write_json(tmp_path / "rendered/dare/venues/dare/run.json", {"costs": costs})
    write_json(tmp_path / "rendered/dare/table2/rows/sda/run.json", {"costs": costs[:1]})
    write_json(tmp_path / "mosi/eastern/venues/conv/run.json", {"method": "conv"})
    assert fit_seconds(tmp_path) == {("rendered", "dare"): {"dare": 3.5, "sda": 1.5}}


def test_without_runs_there_are_no_times(tmp_path):
    assert fit_seconds(tmp_path / "runs") == {}
