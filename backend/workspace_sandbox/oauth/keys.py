"""The key that signs id_tokens, and its public half as a JWK set.

Must not sign anything but id_tokens.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from workspace_sandbox.store import Store

_META = "signing_key"
_ID_TOKEN_SECONDS = 3600


class SigningKey:
    """One RSA key of 2048 bits, made at the first start and kept in the database."""

    def __init__(self, store: Store) -> None:
        kept = store.get_meta(_META)
        if kept is None:
            kept = _new_pem()
            with store.transaction():
                store.put_meta(_META, kept)
        private = serialization.load_pem_private_key(kept.encode(), None)
        if not isinstance(private, rsa.RSAPrivateKey):
            raise TypeError("The signing key in the database is no RSA key")
        self._private = private
        self.jwk: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(private.public_key()))
        self.key_id = hashlib.sha256(self.jwk["n"].encode()).hexdigest()[:40]

    def jwks(self) -> dict[str, Any]:
        """The JWK set for `/oauth2/v3/certs` (RFC 7517 section 5)."""
        public = {name: self.jwk[name] for name in ("kty", "n", "e")}
        return {"keys": [{**public, "kid": self.key_id, "alg": "RS256", "use": "sig"}]}

    def sign(self, claims: dict[str, Any]) -> str:
        """The claims as a compact JWT with RS256."""
        return jwt.encode(claims, self._private, algorithm="RS256", headers={"kid": self.key_id})

    def id_token(
        self,
        store: Store,
        *,
        issuer: str,
        client_id: str,
        person: dict[str, Any],
        nonce: str | None,
        access_token: str,
    ) -> str:
        """The id_token for one person, valid for an hour of the sandbox clock.

        Source: OpenID Connect Core sections 2 and 3.1.3.6 (`at_hash`);
        https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
        """
        now = int(store.now().timestamp())
        digest = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": issuer,
            "azp": client_id,
            "aud": client_id,
            **person,
            "iat": now,
            "exp": now + _ID_TOKEN_SECONDS,
            "at_hash": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        }
        return self.sign(claims if nonce is None else {**claims, "nonce": nonce})


def _new_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
