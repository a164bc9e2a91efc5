-- Posts what BENCH_POST_BYTES says, if anything, and prints what was measured as one line of JSON.
local bytes = tonumber(os.getenv("BENCH_POST_BYTES") or "0")
if bytes > 0 then
  wrk.method = "POST"
  wrk.body = string.rep("0123456789abcdef", bytes / 16)
  wrk.headers["Content-Type"] = "application/octet-stream"
end

-- With BENCH_SLOW_EVERY=20 one request of 20 goes to /slow.
local every = tonumber(os.getenv("BENCH_SLOW_EVERY") or "0")
if every > 0 then
  local asked = 0
  request = function()
    asked = asked + 1
    return wrk.format(nil, asked % every == 0 and "/slow" or "/")
  end
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'JSON {"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"socketErrors":%d,"badStatus":%d,"timeouts":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write, errors.status, errors.timeout
  ))
end
