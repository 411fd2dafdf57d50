"""Pages of matches, one file per piece of work."""

from matchmaker.matches.views import adding, board, judging, messages, single, undoing
from matchmaker.matches.views.pages import blueprint

__all__ = ["adding", "blueprint", "board", "judging", "messages", "single", "undoing"]
