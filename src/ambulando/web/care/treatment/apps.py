from django.apps import AppConfig


class TreatmentConfig(AppConfig):
    name = "ambulando.web.care.treatment"
    label = "treatment"

    def ready(self) -> None:
        from ambulando.web.alongside.signals import ended
        from ambulando.web.care.treatment.actions import taken_out

        ended.connect(taken_out, dispatch_uid="what_was_taken_out_is_told_to_who_wrote_it")
