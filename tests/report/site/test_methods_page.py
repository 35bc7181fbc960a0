"""What the page on methods tells its reader to do."""

import re
from html import unescape

import numpy as np
import pandas as pd
import yaml
from scipy.special import softmax

from tests.report.site.built import ROOT
from tfrepro.evaluation.method import Method
from tfrepro.features.feature_set import FeatureSet
from tfrepro.report.site.pages import TEMPLATES

PAGE = (TEMPLATES / "methods.html").read_text("utf-8")


def videos(rng, count=60):
    """Three classes around three points."""
    y = rng.integers(0, 3, count)
    X = (4 * np.eye(3)[y] + rng.standard_normal((count, 3))).astype(np.float32)
    index = pd.DataFrame({"id": range(count), "label": [f"class {k}" for k in y]})
    return FeatureSet(index, {"visual": X}, {})


def test_the_example_is_a_method_that_learns():
    [code] = re.findall(r"<pre>(class NearestMean.*?)</pre>", PAGE, re.DOTALL)
    names = {"np": np, "softmax": softmax}
    exec(unescape(code), names)
    rng = np.random.default_rng(0)
    method, test = names["NearestMean"](), videos(rng)
    assert isinstance(method, Method)
    P = method.fit(videos(rng)).predict_proba(test)
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-6)
    assert (P.argmax(axis=1) == test.y).mean() > 0.9


def test_the_parameter_that_the_walk_through_changes_is_there():
    [(key, value)] = re.findall(r"-S ([\w.-]+)=([\d.]+)", PAGE)
    settings = yaml.safe_load((ROOT / "params.yaml").read_text())
    for part in key.split("."):
        settings = settings[part]
    assert isinstance(settings, float)
    assert settings != float(value)
