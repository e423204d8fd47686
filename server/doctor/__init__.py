"""`redbutton doctor`: facts are collected, pure rules judge them, each finding names one action."""
