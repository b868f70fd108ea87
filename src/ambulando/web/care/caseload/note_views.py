"""Notes: a reader's own about a person, and what of them the person is shown. They say nothing of what a person shares."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.care.caseload import actions, one, queries
from ambulando.web.care.caseload.forms import NoteForm
from ambulando.web.care.grants import queries as grants
from ambulando.web.care.grants.items import FRIEND
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.unsent import given
from ambulando.web.posted import posted


def _held(request: HttpRequest, pk: int) -> Grant:
    """The grant that lets this reader in now; a friend's is none to keep notes on."""
    held = grants.held_by(request.user, pk, timezone.now())
    if held is None or held.role == FRIEND:
        raise Http404
    return held


@login_required
def notes(request: HttpRequest, grant: int) -> HttpResponse:
    """This reader's notes about one person, and a new one."""
    held = _held(request, grant)
    form = NoteForm(given(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.write(request.user, held, now=timezone.now(), **form.told())
        except InputError as error:
            form.add_error("body", str(error))
        else:
            messages.success(request, _("Kept."))
            return redirect("reader_notes", grant=held.pk)
    context = {"page": "people", "grant": held, "form": form, "notes": one.notes_of(held, request.user)}
    return render(request, "caseload/notes.html", context, status=422 if form.errors else 200)


@login_required
def note(request: HttpRequest, grant: int, pk: int) -> HttpResponse:
    """Change a note."""
    held = _held(request, grant)
    found = queries.note_of(request.user, held.pk, pk)
    if found is None:
        raise Http404
    form = NoteForm(given(request), initial={"body": found.body, "shared": found.shared})
    if request.method == "POST" and form.is_valid():
        try:
            actions.rewrite(request.user, found, now=timezone.now(), **form.told())
        except InputError as error:
            form.add_error("body", str(error))
        else:
            messages.success(request, _("Kept."))
            return redirect("reader_notes", grant=held.pk)
    context = {"page": "people", "grant": held, "note": found, "form": form}
    return render(request, "caseload/note.html", context, status=422 if form.errors else 200)


@posted(back="own_notes")
@login_required
def remove_note(request: HttpRequest, pk: int) -> HttpResponse:
    """A note of one's own can go at any time, also when nothing is shared any more."""
    found = queries.own_note(request.user, pk)
    if found is None:
        raise Http404
    actions.remove(request.user, found)
    messages.info(request, _("Removed."))
    if grants.held_by(request.user, found.grant_id, timezone.now()):
        return redirect("reader_notes", grant=found.grant_id)
    return redirect("own_notes")


@login_required
def own_notes(request: HttpRequest) -> HttpResponse:
    """Notes about people who no longer share: they stay with who wrote them."""
    found = queries.notes_without_a_grant(request.user, timezone.now())
    return render(request, "caseload/own_notes.html", {"page": "people", "notes": found})


@login_required
def shared_notes(request: HttpRequest) -> HttpResponse:
    """For the person: the notes that somebody shares with them."""
    return render(
        request, "caseload/shared_notes.html", {"page": "you", "notes": queries.shared_with(request.user)}
    )
