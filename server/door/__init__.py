"""The one place that decides who comes in: it signs certificates, and the broker knows whom it names.

Rows first: an identity ends, or a claim is confirmed, in the database, by whoever may do that. The door then makes it
so, and does each step again until it is done, also after a crash: the broker's files, its look at them, the device that
is thrown out, what the broker kept of it. Only then is a row told."""
