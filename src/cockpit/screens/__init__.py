"""One screen, one module and one stylesheet: layout, focus and the routing of its commands."""
