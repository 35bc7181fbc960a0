import pytest

from tfrepro.errors import UserError
from tfrepro.report.gallery import Answer, Video, gallery_page
from tfrepro.report.site.galleries import read_galleries

ANSWER = Answer(Video("a", ("rain",), ""), [(Video("b", ("rain", "wind"), ""), 0.5)])


def test_a_page_keeps_its_heading_and_loses_its_own_dress(tmp_path):
    file = tmp_path / "rendered" / "crossmodal" / "figure2.html"
    file.parent.mkdir(parents=True)
    page = gallery_page("Figure 2 & more", {"corpus": "Videos"}, {"asks": [ANSWER]})
    file.write_text(page)
    [gallery] = read_galleries(tmp_path)
    assert (gallery.paper, gallery.corpus) == ("crossmodal", "rendered")
    assert gallery.file == "crossmodal-rendered-figure2.html"
    assert gallery.title == "Figure 2 & more"
    assert gallery.body.startswith("<h1>Figure 2 &amp; more</h1>")
    assert "<style>" not in gallery.body
    assert "</html>" not in gallery.body
    assert "0.500" in gallery.body


def test_another_page_is_named(tmp_path):
    file = tmp_path / "rendered" / "crossmodal" / "other.html"
    file.parent.mkdir(parents=True)
    file.write_text("<p>Hello")
    with pytest.raises(UserError, match=r"other\.html: no page of a gallery"):
        list(read_galleries(tmp_path))
