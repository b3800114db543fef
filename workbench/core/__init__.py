"""What the page shows and how it comes there, without a page: no user interface library is imported here."""
