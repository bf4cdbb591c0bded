"""Journeys take one whole stack, started once, or the applications in this process."""

from tests.registry.conftest import in_transaction, work, world
from tests.support.stack import balai, whole_stack

__all__ = ["balai", "in_transaction", "whole_stack", "work", "world"]
