-- Adds a seal on top of the one that it goes on from, unless another replica was faster.
-- KEYS: the seals. ARGV: id of the seal before ("" for the first), id of the new one, the seal.
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if (newest and newest[1] or '') ~= ARGV[1] then return 0 end
redis.call('XADD', KEYS[1], ARGV[2], 'seal', ARGV[3])
return 1
