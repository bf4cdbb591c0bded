"""Every list of the registry as a file: CSV, XLSX or GeoJSON. Owns no table."""
