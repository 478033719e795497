"""The shipped genres' training sets, built from a corpus folder (never needed to compose)."""
