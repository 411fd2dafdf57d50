"""What every page shares: the actor, permissions on routes, errors, headers, Jinja filters."""
