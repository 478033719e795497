"""The chat side of Tutti: the `tutti` command and, later, the frontends. Never imports torch."""
