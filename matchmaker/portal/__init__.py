"""The public portal: home, the page of one need or result, mine, about and help."""
