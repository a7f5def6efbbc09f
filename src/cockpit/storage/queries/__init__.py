"""Reading: each function takes a session and gives frozen dataclasses, with a fixed number of SELECTs."""
