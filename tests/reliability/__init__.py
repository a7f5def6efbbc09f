"""The fault simulator: the real client and httpx against a reference server in memory, under seeded faults and kills."""
