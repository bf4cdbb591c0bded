"""Reports as files that a job writes, for who ordered them. Owns table reporting.report_export."""
