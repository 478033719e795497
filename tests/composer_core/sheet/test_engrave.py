"""Pages as pictures."""

import io
import threading
from dataclasses import replace

import pytest
from PIL import Image, ImageFont

from composer_core.errors import ResourceError
from composer_core.sheet.engrave import WIDTH_PX, engrave
from composer_core.sheet.music_font import write_music_font
from composer_core.sheet.musicxml import write_musicxml


def picture(data):
    return Image.open(io.BytesIO(data)).convert("L")


def ink(image, box=None):
    """The share of dark pixels."""
    histogram = (image.crop(box) if box else image).histogram()
    return sum(histogram[:128]) / sum(histogram)


def test_a_page_has_a_title_and_music(song):
    pages = engrave(write_musicxml(song(*((beat, 60 + beat % 12, 1) for beat in range(16)))))
    (page,) = map(picture, pages.pictures)
    assert page.width == WIDTH_PX and not pages.has_more
    assert ink(page, (600, 0, 1000, 120)) > 0.002 and ink(page, (0, 120, WIDTH_PX, page.height)) > 0.005


def test_the_same_score_gives_the_same_picture(song):
    score = write_musicxml(song((0, 60, 4), chords=[(0, "F#m7b5")]))
    assert engrave(score) == engrave(score)


def test_a_long_score_shows_its_first_pages(song):
    pages = engrave(write_musicxml(song(*((beat, 60 + beat % 12, "1/4") for beat in range(4 * 230)))))
    assert len(pages.pictures) == 4 and pages.has_more


def test_it_works_in_a_thread_as_the_worker_has(song):
    score, drawn = write_musicxml(song((0, 60, 4))), []
    thread = threading.Thread(target=lambda: drawn.append(engrave(score)))
    thread.start()
    thread.join()
    assert drawn == [engrave(score)]


def test_accidentals_inside_texts_are_drawn(song):
    """Without a font for them, verovio's own signs would be blanks."""
    plain, sharp = (
        picture(engrave(write_musicxml(song((0, 60, 4), chords=[(0, label)]))).pictures[0]) for label in ("F", "F#")
    )
    top = (0, 130, WIDTH_PX, 240)
    assert ink(sharp, top) > ink(plain, top)


def test_a_title_that_no_font_knows_does_no_harm(song):
    composition = replace(song((0, 60, 4)), name="日本 🎺 <&> " + "long " * 40)
    assert engrave(write_musicxml(composition)).pictures


def test_a_title_in_another_script_is_written_in_latin_letters_instead_of_nothing(song):
    first, second, greek, blank = (
        engrave(write_musicxml(replace(song((0, 60, 4)), name=name))).pictures[0]
        for name in ("茉莉花", "MoLiHua", "Ωδή", "\u00a0")
    )
    assert first == second and len({second, greek, blank}) == 3


def test_what_is_no_score_is_refused():
    with pytest.raises(ResourceError, match="could not be engraved"):
        engrave(b"<nonsense/>")


def test_the_font_has_the_signs_that_texts_need(tmp_path):
    font = ImageFont.truetype(str(write_music_font(tmp_path)), 100)
    for sign in "\ueca5\ueca3\ueca7\uecb7\uea64\uea66\ue520\ue522\ue52f":
        left, top, right, bottom = font.getbbox(sign)
        assert right > left and bottom > top
