"""The services against real files, a real mail server and a far side in its own process."""
