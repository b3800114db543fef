"""The Panel workbench around the hdd library."""
