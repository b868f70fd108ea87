"""Camera and microphone are for the pages of calls alone."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

HEADER = "Permissions-Policy"


def hears(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that may ask for the camera and the microphone."""

    @wraps(view)
    def allowed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response[HEADER] = "camera=(self), microphone=(self)"
        return response

    return allowed


def hears_nobody(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault(HEADER, "camera=(), microphone=()")
        return response

    return middleware
