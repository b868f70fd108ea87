from django.apps import AppConfig


class CaseloadConfig(AppConfig):
    name = "ambulando.web.care.caseload"
    label = "caseload"
