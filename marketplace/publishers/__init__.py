"""Publishers: organizations, their people, tokens and trusted jobs, and what they may do with their plugins."""

from marketplace.publishers.errors import NotAllowed, Refused
from marketplace.publishers.organizations import Post, access, organizations_of, role_in

__all__ = ["NotAllowed", "Post", "Refused", "access", "organizations_of", "role_in"]
