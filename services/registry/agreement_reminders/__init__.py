"""Reminders 90, 30 and 7 days before something ends or is due.

Agreements, their actions and the accounts (LPJ) of developments. Owns registry.agreement_reminder.
"""
