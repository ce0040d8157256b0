"""Passwords that follow from a master secret: one for each purpose, none of them stored anywhere."""

from __future__ import annotations

import base64
import hashlib
import hmac

_EVERY_CLASS = "-Aa7"


def derived_secret(master: str, purpose: str) -> str:
    """The password for a purpose: 28 characters, of all the classes that a directory asks for."""
    if not master or not purpose:
        raise ValueError("a derived secret needs a master secret and a purpose")
    digest = hmac.new(master.encode(), f"townhall {purpose}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:24].replace("-", "x") + _EVERY_CLASS
