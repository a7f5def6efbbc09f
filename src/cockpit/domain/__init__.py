"""Pure functions and frozen dataclasses of the trade: no I/O, no clock, no library beyond the standard one."""
