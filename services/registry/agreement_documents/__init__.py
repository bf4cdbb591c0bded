"""Documents of agreements, by reference: where a file is, and its hash.

Changes registry.agreement_document, which agreements owns.
"""
