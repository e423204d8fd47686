"""What a shop's days are like, as a pure model: customers, staff, trouble. Nothing here presses, writes or waits."""
