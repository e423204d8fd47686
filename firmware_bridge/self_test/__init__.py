"""`redbutton button --self-test`: an installer proves a unit, from its pins to the server's receipt."""
