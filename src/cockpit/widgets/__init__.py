"""Parts of screens: they get plain data, post messages, own their look. None of them calls a service."""
