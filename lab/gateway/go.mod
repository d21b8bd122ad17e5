module podwatch/lab/gateway

go 1.19
