"""The product on one machine: finds or builds the engine, runs every process, stops them all."""
