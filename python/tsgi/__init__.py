"""The Python side of tsgi: what runs in the zygote and in its workers. Standard library only."""
