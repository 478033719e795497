"""The networks of a band: generator and critic, autoregressor, refiner; all work on symbols (`patterns.py`)."""
