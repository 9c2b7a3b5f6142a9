"""Critical stripping: how much metal leaves before the voltage runs away, for one test and for many."""
