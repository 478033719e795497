"""Sheet music: a composition as MusicXML, and engraved.

``bars`` and ``quantise`` say when, ``voices`` and ``values`` how long, ``spelling`` and ``staves`` where on the paper;
``parts`` puts that together, ``measures`` and ``musicxml`` write it down, ``engrave`` draws it.
"""
