"""Pages of matches, one file per piece of work."""

from matchmaker.matches.views import adding, board, bulk, judging, messages, single, undoing
from matchmaker.matches.views.pages import blueprint

__all__ = ["adding", "blueprint", "board", "bulk", "judging", "messages", "single", "undoing"]
