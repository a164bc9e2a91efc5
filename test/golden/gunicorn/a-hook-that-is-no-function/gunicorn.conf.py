on_starting = "print"
