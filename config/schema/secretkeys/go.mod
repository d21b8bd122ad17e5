module podwatch/config/schema/secretkeys

go 1.24
