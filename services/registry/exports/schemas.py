"""What an export is asked for."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, create_model

from services.registry.exports.rules import ExportFormat
from shared.schemas.base import AreaCode, Body


class ExportQuery(Body):
    """What a list is narrowed to; a filter that a list does not have is no parameter of it."""

    format: ExportFormat = ExportFormat.CSV

    def narrowed(self) -> dict[str, Any]:
        """Return the filters that are set."""
        return {
            name: value
            for name, value in self.model_dump(exclude={"format"}).items()
            if value is not None
        }


_FILTERS: dict[str, Any] = {
    "area": Annotated[AreaCode | None, Field(description="Any area code: all within it.")],
    "facility_id": Annotated[UUID | None, Field(description="Of one facility.")],
    "kind": Annotated[str | None, Field(max_length=40, description="Of one kind.")],
    "status": Annotated[str | None, Field(max_length=40, description="Of one status or state.")],
    "updated_after": Annotated[
        AwareDatetime | None, Field(description="Changed after this instant.")
    ],
}


def query_model(name: str, filters: tuple[str, ...]) -> type[ExportQuery]:
    """Return the query of a list that has these filters."""
    members: dict[str, Any] = {each: (_FILTERS[each], None) for each in filters}
    return create_model(f"{name}_export_query", __base__=ExportQuery, **members)
