"""A report as a file, CSV, XLSX or GeoJSON, with the metadata of Satu Data. Owns no table."""
