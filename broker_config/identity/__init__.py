"""Who a device is: its key and certificate, and the store's certificate authority that signs it.

`cryptography` takes 15 MiB: only the functions that make or sign something load it. What a running process asks
(until when? whose is it? does the key fit?) is answered without it."""
