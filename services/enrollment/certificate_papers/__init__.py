"""The paper of a certificate: a PDF/A in Indonesian and English, the same bytes each time."""
