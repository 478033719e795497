"""Measures a genre on held-out pieces beside the truth, the baselines and DeepComposer's reference."""
