worker_tmp_dir = "/dev/shm"
tmp_upload_dir = "/tmp"
reuse_port = True
sendfile = False
