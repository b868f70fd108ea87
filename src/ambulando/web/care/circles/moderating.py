"""Circles, for who moderates one, and for who runs the installation and names them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.care.circles import actions, queries
from ambulando.web.care.circles.forms import CircleForm, ModeratorForm, NoteForm
from ambulando.web.care.circles.models import Member
from ambulando.web.care.circles.on import moderating, staff_when_on
from ambulando.web.posted import posted


@moderating
def care(request: HttpRequest, member: Member) -> HttpResponse:
    """What was reported, the code to hand on, who is here, and closing."""
    circle = member.circle
    context = {
        "page": "you",
        "circle": circle,
        "member": member,
        "reports": queries.reports(circle),
        "members": queries.members(circle).exclude(pk=member.pk),
        "link": request.build_absolute_uri(reverse("join_circle", args=[circle.code])),
    }
    return render(request, "circles/care.html", context)


@moderating
@posted(back="circles")
def new_code(request: HttpRequest, member: Member) -> HttpResponse:
    actions.new_invitation(member)
    messages.success(request, _("Here is another code. The old one opens nothing now."))
    return redirect("circle_care", member.circle_id)


@moderating
def take_down(request: HttpRequest, member: Member, post: int) -> HttpResponse:
    """Take a post down, with a kind word to who wrote it."""
    found = queries.post(member, post)
    if found is None:
        raise Http404
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.take_down(member, found, form.cleaned_data["note"], timezone.now())
        messages.success(request, _("Taken down. Only who wrote it still sees it, with your word."))
        return redirect("circle_care", member.circle_id)
    context = {"page": "you", "circle": member.circle, "post": found, "form": form}
    return render(request, "circles/take_down.html", context, status=422 if form.errors else 200)


@moderating
@posted(back="circles")
def saw(request: HttpRequest, member: Member, report: int) -> HttpResponse:
    found = get_object_or_404(queries.reports(member.circle), pk=report)
    actions.saw(member, found, timezone.now())
    messages.info(request, _("Seen to."))
    return redirect("circle_care", member.circle_id)


@moderating
def take_out(request: HttpRequest, member: Member, other: int) -> HttpResponse:
    """Take somebody out of the circle, after a page that says what that does."""
    found = queries.other(member, other)
    if found is None:
        raise Http404
    if request.method == "POST":
        actions.take_out(member, found, timezone.now())
        messages.info(request, _("They are no longer in the circle."))
        return redirect("circle_care", member.circle_id)
    return render(request, "circles/take_out.html", {"page": "you", "circle": member.circle, "other": found})


@moderating
@posted(back="circles")
def close(request: HttpRequest, member: Member) -> HttpResponse:
    actions.close(member.circle, timezone.now())
    messages.info(request, _("The circle is closed. People can still read it and leave."))
    return redirect("circle_care", member.circle_id)


# Who runs the installation


@staff_when_on
def manage(request: HttpRequest) -> HttpResponse:
    """The circles by name, and a form for another. Nothing of what is in them is shown."""
    form = CircleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            told = form.cleaned_data
            actions.make(told["name"], told["about"], told["moderator"], told["shown_name"], timezone.now())
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The circle is there. Its moderator has the code."))
            return redirect("manage_circles")
    context = {"form": form, "circles": queries.all_circles(), "other": ModeratorForm()}
    return render(request, "circles/manage.html", context, status=422 if form.errors else 200)


@staff_when_on
@posted(back="manage_circles")
def manage_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Name another moderator, close it, or open it again."""
    circle = get_object_or_404(queries.all_circles(), pk=pk)
    wanted, now = request.POST.get("do"), timezone.now()
    if wanted == "close":
        actions.close(circle, now)
    elif wanted == "open":
        actions.reopen(circle)
    elif wanted == "moderator":
        form = ModeratorForm(request.POST)
        try:
            if not form.is_valid():
                raise InputError(_("Nobody here has this user name."))
            actions.hand_over(circle, form.cleaned_data["moderator"], form.cleaned_data["shown_name"], now)
        except InputError as error:
            messages.error(request, str(error))
            return redirect("manage_circles")
        messages.success(request, _("Kept."))
    return redirect("manage_circles")
