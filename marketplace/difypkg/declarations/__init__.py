"""The declarations of a package as pydantic models, one module per kind of provider."""
