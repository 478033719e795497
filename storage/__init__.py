"""What lasts: the database, the jobs ledger, history and files. Imports nothing else of ours."""
