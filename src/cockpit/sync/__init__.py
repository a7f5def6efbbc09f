"""Offline first: the outbox, push then pull, the three-way merge, conflicts, and the policy of retries."""
