"""Policies: whom a press calls, in which order; and trying it out before a customer does."""
