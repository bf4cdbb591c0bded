"""The NIK: parsed, sealed, and unique nation-wide."""
