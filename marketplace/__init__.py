"""The catalogue: which packages may be trusted; also the Django project package."""
