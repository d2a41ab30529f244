"""The control plane's routes for faults: list, add, remove one, remove all.

The handlers are plain ones; whoever makes the application guards them with its token and reads bodies its own way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Protocol

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

ROUTES: Final = "GET, POST and DELETE /faults, DELETE /faults/{id}"

Handler = Callable[["Request"], Awaitable[Response]]


class SteersFaults(Protocol):
    """The fault board of an emulator as the control plane sees it: documents in, documents out."""

    def list(self) -> list[dict[str, object]]:
        """Give every fault, in order."""
        ...

    def add(self, document: dict[str, object]) -> dict[str, object]:
        """Add a fault and give it with its id; raise ValueError, whose text ends with the way out."""
        ...

    def remove(self, fault_id: str) -> bool:
        """Take a fault away; False where there is none of that id."""
        ...

    def clear(self) -> None:
        """Take all away."""
        ...


def fault_routes(
    faults: SteersFaults,
    *,
    guarded: Callable[[Handler], Handler],
    read: Callable[[Request], Awaitable[dict[str, object]]],
) -> list[Route]:
    """Give the routes; ``guarded`` asks for the token, ``read`` gives the object in a body."""

    async def board(request: Request) -> Response:
        if request.method == "POST":
            try:
                return JSONResponse(faults.add(await read(request)), status_code=201)
            except ValueError as error:
                return JSONResponse({"error": str(error)}, status_code=400)
        if request.method == "DELETE":
            faults.clear()
        return JSONResponse({"faults": faults.list()})

    async def one(request: Request) -> Response:
        fault_id = request.path_params["id"]
        if not faults.remove(fault_id):
            raise HTTPException(404, f"no fault has the id {fault_id!r}; GET /faults lists them")
        return JSONResponse({"faults": faults.list()})

    return [
        Route("/faults", guarded(board), methods=["GET", "POST", "DELETE"]),
        Route("/faults/{id}", guarded(one), methods=["DELETE"]),
    ]
