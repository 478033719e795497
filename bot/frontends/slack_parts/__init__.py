"""The parts of the Slack frontend. Sources of limits: Slack's developer documentation, named beside each."""
