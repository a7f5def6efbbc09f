"""The reference CRM API: one shared store, many devices. Installed by the extra `cockpit[hub]`."""
