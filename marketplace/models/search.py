"""What the catalogue is searched by: one row a plugin, and the words that its names and briefs are made of."""

from django.db import models

from marketplace.models.plugins import Plugin


class SearchEntry(models.Model):
    """A plugin as search sees it: words already folded (catalogue/tokens.py), each once a field.

    The databases' own indexes stand beside this table (catalogue/engines); on PostgreSQL as two columns more of it.
    """

    plugin = models.OneToOneField(Plugin, models.CASCADE, related_name="search_entry")
    names = models.TextField()  # its name and its labels in all languages
    marks = models.TextField()  # publisher, tags, category, names of tools and models
    brief = models.TextField()
    category = models.CharField(max_length=20)
    listed = models.BooleanField(default=True)
    standing = models.FloatField(default=1.0)  # what the text's score is multiplied by (catalogue/ranking.py)
    trend = models.FloatField(default=0.0)  # how much more it was installed in the last week than in those before
    icon = models.CharField(max_length=80, blank=True)  # digest and ending of the picture; "" where there is none
    icon_dark = models.CharField(max_length=80, blank=True)
    ranked_at = models.DateTimeField(db_index=True)  # when `standing` and `trend` were worked out

    class Meta:
        indexes = (
            models.Index(fields=["listed", "category"], name="entry_by_category"),
            models.Index(fields=["listed", "-standing", "id"], name="entry_by_standing"),
            models.Index(fields=["listed", "-trend"], name="entry_by_trend"),
        )

    def __str__(self) -> str:
        return self.names[:60]


class SearchWord(models.Model):
    """A word of some plugin's names, marks or brief, to correct queries by."""

    word = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.word
