from django.apps import AppConfig


class Threads(AppConfig):
    name = "ambulando.web.care.threads"
    label = "threads"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from ambulando.web.care import live

        def signed_out(sender, request, **_):
            if request is not None:
                live.sign_out(request.session)

        user_logged_out.connect(signed_out, weak=False, dispatch_uid="live_signed_out")
