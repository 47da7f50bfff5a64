"""Apps: what a workspace makes of its models and tools, and what was said in them."""

from django.db import models

from runtime.models.ids import new_id


class App(models.Model):
    """`settings` is the recipe; its shape is in runtime/studio/recipes.py."""

    class Mode(models.TextChoices):
        CHAT = "chat", "Chat"
        COMPLETION = "completion", "Completion"
        AGENT = "agent-chat", "Agent"
        WORKFLOW = "workflow", "Steps"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True)
    mode = models.CharField(max_length=16, choices=Mode, default=Mode.CHAT)
    settings = models.JSONField(default=dict)
    created_by = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "created_at")

    def __str__(self) -> str:
        return self.name


class AppKey(models.Model):
    """A key of an app's HTTP API; only its hash is kept."""

    app = models.ForeignKey(App, models.CASCADE, related_name="keys")
    name = models.CharField(max_length=80)
    shown = models.CharField(max_length=24, help_text="how the key begins")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.shown}… of {self.app_id}"


class Conversation(models.Model):
    """`user` is whoever the door says that talks: a member's id, an end user's name, a plugin's session's user."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    app = models.ForeignKey(App, models.CASCADE, related_name="conversations")
    user = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=80)
    inputs = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (models.Index(fields=["app", "user", "-updated_at"], name="conversations_of_a_user"),)
        ordering = ("-updated_at",)

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """A question and what the app answered, or why it did not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    query = models.TextField()
    answer = models.TextField(blank=True)
    thoughts = models.JSONField(default=list, help_text="what an agent did on the way")
    usage = models.JSONField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return self.query[:40]
