"""What a user can do and see: one module per intent. A service owns the transaction and returns frozen snapshots."""
