"""The replanner: what a day or a month can hold, pure functions over a frozen problem. No clock, no library."""
