"""The tablet that a shop shares: it shows who waits, and a PIN buys one person one action on it."""
