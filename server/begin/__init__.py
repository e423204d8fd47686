"""`redbutton setup`: five questions, and a shop that can be started."""
