from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "ambulando.web.care.directory"
    label = "directory"
