"""Each page says for whom it is, so that what a browser keeps for offline never stays for somebody else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

NAME = "Ambulando-For"


def says_for_whom(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """A mark that tells nothing but "the same as before" or "another", and the country whose lines the person gets.

    Empty when nobody is signed in.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        person = request.user
        if person.is_authenticated:
            mark = salted_hmac(NAME, str(person.pk)).hexdigest()[:16]
            response[NAME] = f"{mark} {person.answers.get('country') or ''}".strip()
        else:
            response[NAME] = ""
        return response

    return middleware
