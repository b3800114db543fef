"""The workbench: a Panel page, and views for notebooks, on top of the hdd library."""
