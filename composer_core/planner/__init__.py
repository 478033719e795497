"""The harmony planner: chords for a melody, learned from lead sheets.

cells.py     the melody on a grid of pulses, and what the network sees of it
network.py   a small recurrent network whose outputs weigh a chain of chords
chain.py     the chain: likelihood, and drawing or finding plans in it
plan.py      ``Planner``: melody in, plan out
enrich.py    from triads to sevenths and jazz harmony
train.py     the weights again, from the lead sheets
"""
