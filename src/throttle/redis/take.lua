-- One more by each rate, or how long to wait for it (window.rs says the same of what is counted in a process).
-- KEYS: what each has counted, how often in which slot. ARGV, for each: how many, in how many microseconds.
-- Told, for each: the microseconds to wait, 0 where one was taken; then how many are left, the microseconds until the
-- oldest counts no more, and the slot it was taken in.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local told = {}
for place, key in ipairs(KEYS) do
  local most, length = tonumber(ARGV[2 * place - 1]), tonumber(ARGV[2 * place])
  local slot_length = math.max(math.floor(length / 64), 1)
  local function left(slot) return (slot + 1) * slot_length + length end

  local taken, oldest, last = 0, nil, math.floor(now / slot_length)
  local slots = redis.call('HGETALL', key)
  for at = 1, #slots, 2 do
    local slot = tonumber(slots[at])
    if left(slot) <= now then
      redis.call('HDEL', key, slots[at])
    else
      taken = taken + tonumber(slots[at + 1])
      oldest = math.min(oldest or slot, slot)
      last = math.max(last, slot)
    end
  end

  if taken < most then
    redis.call('HINCRBY', key, string.format('%.0f', last), 1)
    redis.call('PEXPIRE', key, math.ceil(length * 2 / 1000))
    told[place] = {0, most - taken - 1, left(oldest or last) - now, last}
  else
    told[place] = {oldest and math.max(left(oldest) - now, 1) or length, 0, 0, 0}
  end
end
return told
