"""A page of things."""

from typing import Generic, TypeVar

from pydantic import BaseModel, Field

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next` is the absolute address of the page that follows."""

    items: list[Item]
    next: str | None = Field(default=None, description="Absolute URL of the next page, or null.")
