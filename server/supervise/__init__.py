"""`redbutton up`: the whole shop on one machine as child processes. Imports none of them."""
