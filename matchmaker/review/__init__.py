"""Review (审核): the inbox of officers and transfer offices, and the page of one text."""
