threads = 4
proc_name = "shop"
