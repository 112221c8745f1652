module smscore/benchmarks/peers/go

go 1.21

require github.com/warthog618/sms v0.3.0
