workers = 2
threads = 2
proc_name = "file"
