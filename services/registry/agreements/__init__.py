"""MoU, PKS and plans: who agreed on what, since when and for which facilities.

Owns registry.agreement, agreement_party, agreement_signatory, agreement_document and
agreement_facility; what is covered is changed by agreement_coverage.
"""
