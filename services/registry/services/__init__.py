"""The catalogue of what PLUT and production houses do for a business (layanan)."""
