module podwatch/lab/secretkeys

go 1.24
