"""Measures of music: small pure functions, each with its formula. No torch.

``rolls`` measures four-part writing on ``roll.Roll``. Everything else works on ``songroll.SongRoll``, any ensemble on
the grid: ``fit`` (to the plan, the melody, the instruments), ``patterns`` (from bar to bar), ``orchestra`` (between
sections), ``features`` (histograms a part, compared by ``areas``). Every closeness measure rewards copying, so it is
always shown beside the copy and rule baselines and the originality figures.
"""
