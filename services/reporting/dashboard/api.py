"""HTTP face of the dashboard."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
