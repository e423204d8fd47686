"""Last-resort mail and webhooks: letters that leave by slow channels after all steps, each with one final word."""
