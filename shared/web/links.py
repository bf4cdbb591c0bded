"""Addresses: what a caller is given leads back through the entrance he came in by."""

from starlette.requests import HTTPConnection


def route_path(request: HTTPConnection) -> str:
    """Return the path as the service's routes know it, without the entrance's prefix."""
    path: str = request.scope["path"]
    prefix: str = request.scope.get("root_path", "")
    return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path


def absolute(request: HTTPConnection, path: str) -> str:
    """Return the public address of one of this service's paths, for example `/v1/jobs/1`."""
    base: str = request.scope["state"]["base_url"]
    return base + path
