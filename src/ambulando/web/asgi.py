"""The application for an ASGI server: ``uvicorn ambulando.web.asgi:application``."""

import os
import warnings

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambulando.web.settings")
# Static files are read in one piece from the disk; they are small, so nothing is gained by streaming them.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
application = get_asgi_application()
