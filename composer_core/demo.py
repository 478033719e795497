"""The melody that ``make demo`` composes."""

DEMO_NAME = "ode-to-joy"

# Ludwig van Beethoven, Ninth Symphony (1824), fourth movement: in the public domain, typed by us, moved to G major
# so that a soprano can sing it.
DEMO_NOTES = """
4/4 B4 B C5 D | D C B4 A | G G A B | B:1.5 A:1/2 A:2
  | B B C5 D | D C B4 A | G G A B | A:1.5 G:1/2 G:2
  | A A B G | A B:1/2 C5:1/2 B4 G | A B:1/2 C5:1/2 B4 A | G A D B~
  | B B C5 D | D C B4 A | G G A B | A:1.5 G:1/2 G:2
"""
