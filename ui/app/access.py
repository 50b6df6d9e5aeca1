"""Who of those that a provider vouches for may come in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

__all__ = ["is_invited"]


def is_invited(claims: Mapping[str, Any], allowed: Collection[str]) -> bool:
    """Whether a person's claims name an address that is let in; everybody is where `allowed` is empty.

    An address that the provider itself calls unverified (`email_verified`, OpenID Connect Core 1.0,
    section 5.1) is anybody's word and lets nobody in. Case does not matter.

    Args:
        claims: What the provider says of the person.
        allowed: Addresses (`ada@example.org`) and whole domains (`@example.org`).
    """
    if not allowed:
        return True
    address = str(claims.get("email") or "").strip().casefold()
    name, at, domain = address.rpartition("@")
    if not (name and at and domain) or claims.get("email_verified", True) not in (True, "true"):
        return False
    return not {address, f"@{domain}"}.isdisjoint(entry.strip().casefold() for entry in allowed)
