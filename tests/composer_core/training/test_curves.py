import math

import pytest
from matplotlib.text import Text
from PIL import Image

from composer_core.training.curves import DARK, DPI, LIGHT, SIZE_INCHES, SMOOTH, draw_curves, plot_curves, smooth
from composer_core.training.custom import Record
from composer_core.training_request import Epoch

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
LONGEST = "a-genre-with-the-longest-name-ok"


def epoch(number, similarity, loss=1.0):
    return Epoch(number, 24, loss, 2 - loss, 1.2, similarity, 1.4 * similarity, {}, (0.41, 0.38), 9.0, 5.7, 60.0)


def record(epochs=0, curve=lambda n: 0.2 * 0.95**n, base=LONGEST, draft="autoregressive", **more):
    start = {name: {"similarity": value} for name, value in (("autoregressive", 0.19), ("adversarial", 0.4))}
    told = [epoch(n, curve(n), math.sin(n) * 30) for n in range(1, epochs + 1)]
    return Record({"name": LONGEST, "minutes": None}, base, "cpu", 0.06, 0.38, start, told, draft=draft, **more)


def flat(_):
    return 0.123


def luminance(colour):
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_by_hand():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@THEMES
def test_every_colour_of_text_and_lines_stands_out(theme):
    for name in ("ink", "generator", "critic", "index", "draft"):
        assert contrast(getattr(theme, name), theme.ground) >= 4.5, name
    assert contrast(theme.ink, theme.faint) >= 4.5  # words on the plateau, which is fainter still


def texts(figure):
    """Every text that is drawn, with its box in pixels."""
    figure.canvas.draw()
    unseen = set()
    for axis in figure.axes:
        for ticks, (low, high), place in ((axis.xaxis, axis.get_xlim(), 0), (axis.yaxis, axis.get_ylim(), 1)):
            labels = ticks.get_ticklabels(which="both")
            unseen |= {label for label in labels if not low <= label.get_position()[place] <= high}
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    assert found
    return {text: text.get_window_extent() for text in found if text not in unseen}


@THEMES
@pytest.mark.parametrize("epochs", [0, 1, 30, 1000])
@pytest.mark.parametrize("curve", [lambda n: 0.2 * 0.95**n, flat], ids=["falling", "flat"])
def test_no_text_is_cut_off_or_covers_another(theme, epochs, curve):
    figure = plot_curves(record(epochs, curve), theme)
    boxes = texts(figure)
    width, height = figure.canvas.get_width_height()
    for text, box in boxes.items():
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, text.get_text()
    placed = [(text.get_text(), box.shrunk(0.98, 0.9)) for text, box in boxes.items()]
    for place, (said, box) in enumerate(placed):
        for other, there in placed[place + 1 :]:
            assert not box.overlaps(there), (said, other)


def said_in(figure):
    return " ".join(text.get_text() for text in texts(figure))


def test_it_says_whose_it_is_where_it_stands_and_what_the_signs_mean():
    said = said_in(plot_curves(record(3, best=2), DARK))
    assert f"{LONGEST}, from {LONGEST}" in said and "epoch 3 of 24" in said and "best: epoch 2" in said
    assert "5.7 rounds a second" in said and "41% (real ones: 38%)" in said
    assert "lower: the critic believes more" in said and "need not reach 0" in said
    assert "from scratch" in said_in(plot_curves(record(0, base="none"), DARK))
    assert "nothing better than the start" in said_in(plot_curves(record(1), DARK))
    assert "before the first epoch" in said_in(plot_curves(record(0), DARK))


def test_a_plateau_is_marked_where_it_begins():
    figure = plot_curves(record(14, lambda n: 0.2 if n < 4 else 0.1), LIGHT)
    assert "flat since epoch 4" in said_in(figure)
    (span,) = figure.axes[1].patches
    assert (span.get_x(), span.get_x() + span.get_width()) == (4, 14)
    assert not plot_curves(record(14), LIGHT).axes[1].patches


def lines(figure):
    return {line.get_label(): line.get_xydata().tolist() for axis in figure.axes for line in axis.get_lines()}


def test_the_lines_are_the_records_figures():
    kept = record(3, lambda n: 0.2 / n)
    drawn = lines(plot_curves(kept, DARK))
    assert drawn["generator"] == [[e.epoch, e.generator_loss] for e in kept.epochs]
    assert drawn["critic"] == [[e.epoch, e.critic_loss] for e in kept.epochs]
    assert drawn["as composed"][0] == [0, 0.19] and drawn["as composed"][2] == pytest.approx([2, (0.2 + 0.1) / 2])
    assert drawn["generator alone"][0] == pytest.approx([1, 0.28])
    assert [y for _, y in drawn["the training pieces"]] == [0.06, 0.06]


def test_another_draft_at_the_end_does_not_change_where_the_curve_began():
    assert lines(plot_curves(record(3, draft="adversarial"), DARK))["as composed"][0] == [0, 0.19]


def test_smooth_is_a_running_mean():
    assert smooth([]) == [] and smooth([4.0]) == [4.0]
    assert smooth([float(n) for n in range(8)]) == [0, 0.5, 1, 1.5, 2, 3, 4, 5] and SMOOTH == 5


def test_both_themes_are_pictures_of_chat_size(tmp_path):
    grounds = []
    for theme in (LIGHT, DARK):
        draw_curves(record(5), tmp_path / "curves.png", theme)
        picture = Image.open(tmp_path / "curves.png").convert("RGB")
        assert picture.size == tuple(int(side * DPI) for side in SIZE_INCHES)
        assert (tmp_path / "curves.png").stat().st_size < 200_000
        grounds.append("#{:02x}{:02x}{:02x}".format(*picture.getpixel((0, 0))))
    assert grounds == [LIGHT.ground, DARK.ground]
