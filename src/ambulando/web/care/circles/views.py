"""Circles, as their members see them: read, encourage, write a little, mute, report and leave."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.care.circles import actions, queries
from ambulando.web.care.circles.forms import CodeForm, JoinForm, PostForm, ReportForm, number
from ambulando.web.care.circles.models import Member, Post, Report
from ambulando.web.care.circles.on import in_circle, when_on
from ambulando.web.care.circles.phrases import phrases
from ambulando.web.people.unsent import given
from ambulando.web.posted import posted


@when_on
def circles(request: HttpRequest) -> HttpResponse:
    """What a circle is and what it is not; the person's own; and the code that opens another."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if queries.by_code(form.cleaned_data["code"]):
            return redirect("join_circle", form.cleaned_data["code"])
        form.add_error("code", _("No circle has this code. Please look at it once more."))
    context = {"page": "you", "form": form, "own": queries.own(request.user)}
    return render(request, "circles/circles.html", context, status=422 if form.errors else 200)


@when_on
def join(request: HttpRequest, code: str) -> HttpResponse:
    """What this circle is, who cares for it, and the name to have in it."""
    circle = queries.by_code(code)
    if circle is None:
        raise Http404
    if queries.membership(request.user, circle.pk):
        return redirect("circle", circle.pk)
    form = JoinForm(given(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.join(request.user, circle, form.cleaned_data["shown_name"], timezone.now())
        except InputError as error:
            form.add_error("shown_name", str(error))
        else:
            messages.success(request, _("You are in. Look around first, if you like."))
            return redirect("circle", circle.pk)
    context = {"page": "you", "circle": circle, "form": form, "moderator": _moderator(circle)}
    return render(request, "circles/join.html", context, status=422 if form.errors else 200)


def _moderator(circle: Any) -> Member | None:
    return queries.members(circle).filter(person=circle.moderator_id).first()


@in_circle
def circle(request: HttpRequest, member: Member) -> HttpResponse:
    """The posts, the newest first, and two ways to say something."""
    form = PostForm(given(request))
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise InputError(next(iter(form.errors["text"])))
            phrase, text = request.POST.get("phrase", ""), form.cleaned_data["text"]
            actions.write(member, timezone.now(), phrase=phrase, text=text)
        except InputError as error:
            if not form.errors:
                form.add_error("text", str(error))
        else:
            return redirect("circle", member.circle_id)
    muted = queries.muted(member)
    shown, earlier = queries.posts(member, muted, number(request.GET.get("before")))
    context = {
        "page": "you",
        "circle": member.circle,
        "member": member,
        "moderates": member.circle.moderator_id == member.person_id,
        "posts": shown,
        "earlier": earlier,
        "phrases": phrases().items(),
        "form": form,
    }
    return render(request, "circles/circle.html", context, status=422 if form.errors else 200)


@in_circle
def people(request: HttpRequest, member: Member) -> HttpResponse:
    """Who is here, by the names that they chose, and whose posts this member does not want to see."""
    context = {
        "page": "you",
        "circle": member.circle,
        "member": member,
        "muted": queries.muted(member),
        "members": queries.members(member.circle),
    }
    return render(request, "circles/people.html", context)


@in_circle
@posted(back="circles")
def mute(request: HttpRequest, member: Member, other: int) -> HttpResponse:
    """One tap, and they are not told."""
    found = queries.other(member, other)
    if found is None:
        raise Http404
    if request.POST.get("mute") == "no":
        actions.unmute(member, found)
        messages.info(request, _("You see their posts again."))
    else:
        actions.mute(member, found)
        messages.info(request, _("You do not see their posts any more. They are not told."))
    return redirect("circle_people", member.circle_id)


def _post(member: Member, pk: int) -> Post:
    found = queries.post(member, pk)
    if found is None:
        raise Http404
    return found


@in_circle
@posted(back="circles")
def remove_own(request: HttpRequest, member: Member, post: int) -> HttpResponse:
    found = _post(member, post)
    if found.member_id != member.pk:
        raise Http404
    actions.remove_own(member, found)
    messages.info(request, _("Removed."))
    return redirect("circle", member.circle_id)


@in_circle
def report(request: HttpRequest, member: Member, post: int) -> HttpResponse:
    """Tell the moderator of a post: what it is, and a few words."""
    found = _post(member, post)
    if found.member_id == member.pk:
        raise Http404
    form = ReportForm(given(request))
    if request.method == "POST" and form.is_valid():
        actions.report(member, found, timezone.now(), **form.cleaned_data)
        messages.success(
            request, _("The moderator has it now, and sees that it comes from you. Others do not.")
        )
        if form.cleaned_data["why"] == Report.WORRY:
            return redirect("help")
        return redirect("circle", member.circle_id)
    context = {"page": "you", "circle": member.circle, "post": found, "form": form}
    return render(request, "circles/report.html", context, status=422 if form.errors else 200)


@in_circle
def leave(request: HttpRequest, member: Member) -> HttpResponse:
    """At once, and without a reason."""
    if request.method == "POST":
        actions.leave(member, timezone.now(), with_posts=request.POST.get("posts") == "remove")
        messages.info(request, _("You left the circle. Nobody is told why."))
        return redirect("circles")
    moderates = member.circle.moderator_id == member.person_id
    return render(
        request, "circles/leave.html", {"page": "you", "circle": member.circle, "moderates": moderates}
    )
