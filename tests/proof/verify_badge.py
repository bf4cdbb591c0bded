"""Verify a badge by openbadgeslib; runs in an environment of its own, with nothing of Balai."""

import base64
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.ob3.verifier import OB3Verifier

badge, jwk = (Path(name).read_text() for name in sys.argv[1:3])
x = json.loads(jwk)["x"]
key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4)))
pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
credential = OB3Verifier(pubkey_pem=pem).verify(badge)
sys.stdout.write(f"{credential.issuer.id}\n{credential.recipient_id}\n")
