"""The forms around an account, in our words. Their working is allauth's."""

from typing import Any

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.functional import lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

USERNAME = [UnicodeUsernameValidator(message=_("Letters, numbers and . - _ @ + only, without spaces."))]
LABELS = {
    "login": _("Username or e-mail"),
    "email": _("E-mail"),
    "oldpassword": _("The password you have now"),
    "password2": _("The same once more"),
}


def _good_password() -> str:
    return ngettext(
        "{count} letter or more. A few words in a row are easy to keep in mind.",
        "{count} letters or more. A few words in a row are easy to keep in mind.",
        settings.SHORTEST_PASSWORD,
    ).format(count=settings.SHORTEST_PASSWORD)


class InOurWords:
    """A label over each field and nothing in it; one sentence on what makes a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.help_text = lazy(_good_password, str)() if name == "password1" else ""
            if name in LABELS:
                field.label = LABELS[name]
                if name == "email" and not field.required:
                    field.label = _("E-mail (you can leave this out)")


class LoginForm(InOurWords, forms.LoginForm):
    pass


class SignupForm(InOurWords, forms.SignupForm):
    pass


class AddEmailForm(InOurWords, forms.AddEmailForm):
    pass


class ChangePasswordForm(InOurWords, forms.ChangePasswordForm):
    pass


class ResetPasswordForm(InOurWords, forms.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(InOurWords, forms.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(InOurWords, forms.ReauthenticateForm):
    pass


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The name or the password is not right. Please try again."),
        "email_password_mismatch": _("The address or the password is not right. Please try again."),
        "incorrect_password": _("That password is not right. Please try again."),
        "enter_current_password": _("That is not the password you have now. Please try again."),
        "too_many_login_attempts": _("That was too many tries. Please wait five minutes, then try again."),
        "rate_limited": _("That was too many tries. Please wait five minutes, then try again."),
        "username_taken": _("That name is taken here. Please choose another."),
        "email_taken": _(
            "There is an account with this address already. Sign in, or ask for a new password."
        ),
        "duplicate_email": _("You have this address here already."),
    }

    def format_email_subject(self, subject: str) -> str:
        return gettext("Ambulando: {subject}").format(subject=subject)
