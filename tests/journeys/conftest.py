"""Journeys take one whole stack, started once."""

from tests.support.stack import balai, whole_stack

__all__ = ["balai", "whole_stack"]
