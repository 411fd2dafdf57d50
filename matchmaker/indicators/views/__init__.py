"""Pages of indicators, one file per piece of work."""

from matchmaker.indicators.views import common_technologies, counter, key_projects
from matchmaker.indicators.views.pages import blueprint

__all__ = ["blueprint", "common_technologies", "counter", "key_projects"]
