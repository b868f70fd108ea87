"""The web application: the only floor that knows a database or HTTP."""
