"""``{% push_script %}``: the script that asks for reminders on this device, or brings them back there."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html

from ambulando.web.reminders import push, queries, this_device

register = template.Library()


@register.simple_tag(takes_context=True)
def push_script(context: Any, asks: bool = False) -> str:
    """On the page that asks, always. On any other only where this browser had reminders: it may have lost them."""
    request = context["request"]
    wanted = this_device.is_marked(request) and queries.reminding_of(request.user).push
    if not push.offered() or not (asks or wanted):
        return ""
    return format_html(
        '<script src="{}" defer data-key="{}" data-add="{}" data-remove="{}" data-devices="{}" data-wanted="{}"></script>',
        static("reminders.js"),
        push.public_key(),
        reverse("reminders_device"),
        reverse("reminders_device_remove"),
        " ".join(queries.endpoints(request.user)),
        "yes" if wanted else "",
    )
