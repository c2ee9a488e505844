"""The stages of a certification: what each answer, act and lapse leads to, clause by clause."""
