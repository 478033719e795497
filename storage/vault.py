"""Encrypts what must not lie readable on a disk: tokens that others have entrusted to us."""

import contextlib
import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken


class BadKey(Exception):
    """The key is none, or not the one that something was encrypted with; ``str()`` says what to do."""


class Vault:
    """Fernet (AES-128-CBC with an HMAC, https://github.com/fernet/spec) under one key."""

    def __init__(self, key: str) -> None:
        try:
            self._fernet = Fernet(key.encode())
        except ValueError as error:
            raise BadKey("The key is not 32 bytes in URL-safe base64: leave it unset, and one is made.") from error

    @classmethod
    def open(cls, key: str, file: Path) -> "Vault":
        """Take the key that was given, else the one in a file, which is made readable to us alone if there is none.

        Raises:
            BadKey: what was given, or lies in the file, is no key.
            OSError: the file can be neither read nor made.
        """
        return cls(key or _kept(file))

    def lock(self, text: str) -> str:
        """Encrypt; ``unlock`` mirrors it."""
        return self._fernet.encrypt(text.encode()).decode()

    def unlock(self, secret: str) -> str:
        """Decrypt.

        Raises:
            BadKey: it was encrypted with another key, or was changed.
        """
        try:
            return self._fernet.decrypt(secret.encode()).decode()
        except InvalidToken as error:
            raise BadKey("This was encrypted with another key.") from error


def _kept(file: Path) -> str:
    if not file.exists():
        _make(file)
    file.chmod(0o600)
    return file.read_text(encoding="ascii").strip()


def _make(file: Path) -> None:
    """Make the file whole, or find that another process just did: a reader never sees half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, made = tempfile.mkstemp(dir=file.parent)  # 0600 from the start
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(Fernet.generate_key())
        with contextlib.suppress(FileExistsError):
            os.link(made, file)
    finally:
        os.unlink(made)
