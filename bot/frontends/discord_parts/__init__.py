"""The parts of the Discord frontend. Sources of limits: Discord's API documentation, named beside each."""
