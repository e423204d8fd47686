"""Sign in with login and password for a token, and give the token back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from server.rules.passwords import LONGEST
from server.web.api.shared import NOT_SIGNED_IN, Out, Problem
from server.web.frame import access

router = APIRouter(tags=["sign-in"])


class Credentials(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    login: Annotated[str, Field(min_length=1, max_length=60)]
    password: Annotated[str, Field(min_length=1, max_length=LONGEST, repr=False)]


class Token(Out):
    token: Annotated[str, Field(description="Send it as `Authorization: Bearer <token>`.", repr=False)]


@router.post(
    "/sign-in",
    summary="Sign in",
    responses={
        401: {"model": Problem, "description": "Login and password do not belong together."},
        403: {"model": Problem, "description": "Over plain HTTP nobody signs in from another machine."},
        429: {
            "model": Problem,
            "description": "Too many tries; `Retry-After` says how many seconds to wait.",
        },
    },
)
def sign_in(request: Request, credentials: Credentials) -> Token:
    try:
        return Token(token=access.sign_in(request, credentials.login, credentials.password))
    except access.InClear:
        raise HTTPException(403, "the password would travel in clear: sign in over HTTPS") from None
    except access.WrongPassword:
        raise HTTPException(401, "login and password do not belong together") from None
    except access.TooManyTries as error:
        raise HTTPException(
            429, f"too many tries; wait {error.wait_s} s", {"Retry-After": str(error.wait_s)}
        ) from None


@router.delete("/sign-in", summary="Sign out", status_code=204, responses=NOT_SIGNED_IN)
def sign_out(request: Request, _visitor: access.SignedInAtAll) -> Response:
    access.sign_out(request)
    return Response(status_code=204)
