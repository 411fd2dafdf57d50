"""How records move from state to state: one table each, and the engine that enforces them."""
