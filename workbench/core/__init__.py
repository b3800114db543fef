"""What the page shows and where that comes from. No user interface library is imported here."""
