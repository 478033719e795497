"""Networks, one a file, each with its Config on top. All of them see music through ``planes``."""
