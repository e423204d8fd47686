"""The device's side of enrolment: from a join string to an identity folder and the process's own file."""
