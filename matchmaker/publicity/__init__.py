"""Public notices (公示) of what is about to be decided, and objections to it."""
